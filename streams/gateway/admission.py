"""Routes that take pictures: whether there is room is settled before the body is read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.routing import APIRoute

from streams.gateway.callers import gateway_of, identified
from streams.gateway.context import Gateway
from streams.gateway.intake import QueueFull
from streams.gateway.problems import Code, Problem, retry_after


class UploadRoute(APIRoute):
    """A route of a request with pictures. FastAPI parses the body before any dependency is asked, hence a route."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def admitted(request: Request) -> Response:
            async with self.admission(request):
                return await handle(request)

        return admitted

    def admission(self, request: Request) -> AbstractAsyncContextManager[None]:
        """Lets the request in, or raises Problem."""
        return _received(request)


class CheckRoute(UploadRoute):
    """A route that checks a photo."""

    def admission(self, request: Request) -> AbstractAsyncContextManager[None]:
        return _checked(request)


class TryOnRoute(UploadRoute):
    """The route that asks for a try-on."""

    def admission(self, request: Request) -> AbstractAsyncContextManager[None]:
        return _queued(request)


@asynccontextmanager
async def _received(request: Request) -> AsyncIterator[None]:
    with gateway_of(request).limits.receiving.one():
        yield


@asynccontextmanager
async def _checked(request: Request) -> AsyncIterator[None]:
    with gateway_of(request).limits.checking.one():
        yield


@asynccontextmanager
async def _queued(request: Request) -> AsyncIterator[None]:
    gateway = gateway_of(request)
    with gateway.limits.receiving.one():
        shop = identified(gateway.settings.api_keys, request.headers.get("authorization", "")).shop
        key = request.headers.get("idempotency-key")
        # A repeat of what was accepted is answered though the queue is full. Without keys the form names the shop, so
        # that a repeat can only be told once it is read: the route then asks.
        if key is None or (shop is not None and await gateway.rows.by_key(shop, key) is None):
            await check_room(gateway, shop)
        yield


async def check_room(gateway: Gateway, shop: str | None) -> None:
    """Raises Problem (429) where a further try-on would wait too long. A shop with a key has a queue of its own."""
    try:
        await gateway.intake.check_room(shop)
    except QueueFull as full:
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            Code.QUEUE_FULL,
            "Many people are trying things on right now. Try again in a little while.",
            headers=retry_after(full.retry_after_s),
        ) from full
