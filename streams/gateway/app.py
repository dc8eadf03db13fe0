"""The gateway's ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from streams.gateway import checks, events, figures, health, objects, pages, problems, tryons
from streams.gateway.context import Gateway
from streams.gateway.security import Frontdoor

DESCRIPTION = """\
A virtual fitting room: a photo and a garment's product picture in, a picture of the person wearing it out.

Errors are problem details (RFC 9457) whose `detail` says what to do and whose `code` is for programs. Answers 429 and
503 say in `Retry-After` when to try again.
"""

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": problems.ProblemDetails, "description": "The request is to be mended; `detail` says how."},
    "5XX": {"model": problems.ProblemDetails, "description": "The service is to blame; try again."},
    422: {"model": problems.ProblemDetails, "description": "What was sent cannot be used; `errors` names the fields."},
}


def create_app(gateway: Gateway) -> ASGIApp:
    """The application. Its lifespan runs the hub and the sweeper; opening and closing it is the caller's."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        background = [
            asyncio.create_task(gateway.hub.run(), name="hub"),
            asyncio.create_task(gateway.intake.keep_swept(), name="sweeper"),
        ]
        try:
            yield
        finally:
            gateway.hub.close()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)

    app = FastAPI(
        title="Virton",
        version=version("virton"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )
    app.state.gateway = gateway
    problems.install(app)
    sections = (tryons, events, objects, checks, figures, pages)
    for router in (tryons.asking, *(section.router for section in sections)):
        app.include_router(router, responses=_PROBLEMS)
    app.include_router(health.router)
    pages.mount(app)
    app.openapi_schema = _completed(app.openapi())
    return Frontdoor(app, gateway.settings)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    """What FastAPI cannot say: errors are `application/problem+json`, and files are chosen and not typed in."""
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    for operation in operations:
        for status, response in operation["responses"].items():
            content = response.get("content", {})
            if status[0] in "45" and "application/json" in content:
                response["content"] = {problems.PROBLEM_JSON: content["application/json"]}
    for part in _objects_within(schema):
        if "contentMediaType" in part:
            part["format"] = "binary"  # OpenAPI 3.0's word, which Swagger UI still goes by
    return schema


def _objects_within(value: object) -> Iterator[dict[str, Any]]:
    """Every object within a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects_within(inner)
