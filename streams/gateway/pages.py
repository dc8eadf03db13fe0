"""The fitting-room page, the gallery, the samples and the API's documentation: nothing comes from elsewhere."""

from importlib.resources import files
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, TypeAdapter
from starlette.types import Scope

from schemas.events import Category
from streams.gateway.callers import Here
from streams.gateway.security import DOCS_CSP

HERE = Path(__file__).parent
PAGE = HERE / "page"
DOCS = HERE / "docs"
# Swagger UI as the package ships it, so that /docs needs no network.
SWAGGER = Path(str(files(fastapi_offline))) / "static"

# The page has no build step, hence no names that change with the content: browsers ask whether it changed (ETag).
REVALIDATE = {"Cache-Control": "no-cache"}

router = APIRouter()


class SampleGarment(BaseModel):
    """A garment that can be tried on without uploading one; `image` is a path on this server."""

    id: str
    name: str
    category: Category
    image: str


class SampleGarments(BaseModel):
    """The sample garments."""

    garments: list[SampleGarment]


class SamplePerson(BaseModel):
    """A rendered person that can be dressed by whoever has no photo at hand; `image` is a path on this server."""

    id: str
    name: str
    image: str


class SamplePeople(BaseModel):
    """The sample people."""

    people: list[SamplePerson]


_GARMENTS = TypeAdapter(list[SampleGarment])
_PEOPLE = TypeAdapter(list[SamplePerson])


@router.get("/", include_in_schema=False)
async def fitting_room(gateway: Here) -> FileResponse:
    if gateway.settings.api_keys:
        return FileResponse(PAGE / "keys.html", headers=REVALIDATE)
    # Whoever opens the page will have a photo checked in a moment.
    gateway.check_executor.submit(gateway.warm)
    return FileResponse(PAGE / "index.html", headers=REVALIDATE)


@router.get("/gallery", include_in_schema=False)
async def gallery(gateway: Here) -> FileResponse:
    name = "keys.html" if gateway.settings.api_keys else "gallery.html"
    return FileResponse(PAGE / name, headers=REVALIDATE)


@router.get("/docs", include_in_schema=False)
async def docs() -> FileResponse:
    return FileResponse(DOCS / "docs.html", headers=REVALIDATE | {"Content-Security-Policy": DOCS_CSP})


@router.get("/docs/docs.js", include_in_schema=False)
async def docs_script() -> FileResponse:
    return FileResponse(DOCS / "docs.js", headers=REVALIDATE)


@router.get("/v1/garments", tags=["try-ons"])
async def garments() -> SampleGarments:
    """Garments that come with Virton, to try the service with."""
    return SampleGarments(garments=sample_garments())


def sample_garments(page: Path = PAGE) -> list[SampleGarment]:
    """What `garments/garments.json` of the page lists."""
    listed = _GARMENTS.validate_json((page / "garments" / "garments.json").read_bytes())
    return [garment.model_copy(update={"image": f"/static/garments/{Path(garment.image).name}"}) for garment in listed]


@router.get("/v1/people", tags=["try-ons"])
async def people() -> SamplePeople:
    """Rendered people that come with Virton, to try the service with."""
    return SamplePeople(people=sample_people())


def sample_people(page: Path = PAGE) -> list[SamplePerson]:
    """What `people/people.json` of the page lists."""
    listed = _PEOPLE.validate_json((page / "people" / "people.json").read_bytes())
    return [person.model_copy(update={"image": f"/static/people/{Path(person.image).name}"}) for person in listed]


class Revalidated(StaticFiles):
    """Files that browsers ask about each time, so that an upgrade never mixes old modules with new ones."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(REVALIDATE)
        return response


def mount(app: FastAPI) -> None:
    """Serves the page's files and Swagger UI's."""
    app.mount("/static", Revalidated(directory=PAGE), name="static")
    app.mount("/docs/assets", StaticFiles(directory=SWAGGER), name="swagger")
