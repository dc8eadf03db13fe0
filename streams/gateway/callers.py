"""Who asks: a shop by its key, or anybody where no keys are configured; and the shopper by a pseudonym."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from schemas.objects import SEGMENT
from streams.gateway.context import Gateway
from streams.gateway.problems import Code, Problem

# The shop of a local run, where no keys are configured and no shop is named.
DEFAULT_SHOP = "demo"

SHOPPER_COOKIE = "virton_shopper"
# So long the page's gallery is found again on the same device; the browsers' own limit is 400 days.
COOKIE_AGE_S = 365 * 24 * 3600
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_IDENTIFIER = re.compile(SEGMENT)

_bearer = HTTPBearer(auto_error=False, description="A shop's key, where VIRTON_API_KEYS configures some.")


def gateway_of(request: Request) -> Gateway:
    """The gateway that answers a request."""
    gateway: Gateway = request.app.state.gateway
    return gateway


Here = Annotated[Gateway, Depends(gateway_of)]


@dataclass(frozen=True)
class Caller:
    """`shop` is None where no keys are configured: then every shop may be named."""

    shop: str | None

    def resolve_shop(self, named: str | None) -> str:
        """The shop to act for. Raises Problem where another one is named than the key's."""
        if named is not None and _IDENTIFIER.fullmatch(named) is None:
            raise _no_identifier("shop")
        if self.shop is None:
            return named or DEFAULT_SHOP
        if named not in {None, self.shop}:
            raise Problem(
                HTTPStatus.FORBIDDEN, Code.WRONG_SHOP, f"This key is shop {self.shop}'s. Leave `shop` out, or name it."
            )
        return self.shop

    def sees(self, shop: str | None) -> bool:
        """True if what belongs to this shop may be told."""
        return self.shop is None or self.shop == shop


async def caller(
    request: Request,
    gateway: Here,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """The shop by its key."""
    return identified(gateway.settings.api_keys, request.headers.get("authorization", ""))


def identified(keys: Mapping[str, SecretStr], authorization: str) -> Caller:
    """The shop whose key the header Authorization has. Raises Problem where keys are configured and it has none."""
    if not keys:
        return Caller(None)
    scheme, _, given = authorization.partition(" ")
    given = given.strip() if scheme.lower() == "bearer" else ""
    found = None
    for shop, key in keys.items():  # every key is compared, so that the time tells nothing
        if secrets.compare_digest(given.encode(), key.get_secret_value().encode()):
            found = shop
    if found is None or not given:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            Code.UNAUTHORIZED,
            "Send the shop's key: Authorization: Bearer KEY.",
            headers={"WWW-Authenticate": 'Bearer realm="virton"'},
        )
    return Caller(found)


Who = Annotated[Caller, Depends(caller)]


def named_shopper(named: str | None) -> str | None:
    """The shopper that a field names. Raises Problem for what is no identifier."""
    if named is not None and _IDENTIFIER.fullmatch(named) is None:
        raise _no_identifier("shopper")
    return named


def shopper_of(request: Request, who: Caller, named: str | None) -> str:
    """The shopper: as named; else this browser's pseudonym where the page is open to all; else a new one."""
    found = named_shopper(named)
    if found is not None:
        return found
    cookie = request.cookies.get(SHOPPER_COOKIE, "")
    if who.shop is None and _PSEUDONYM.fullmatch(cookie):
        return cookie
    return secrets.token_hex(16)


def remember_shopper(request: Request, response: Response, who: Caller, shopper: str) -> None:
    """Lets this browser find its own try-ons again. A shop's backend, which has a key, gets no cookie."""
    if who.shop is None and _PSEUDONYM.fullmatch(shopper):
        response.set_cookie(
            SHOPPER_COOKIE,
            shopper,
            max_age=COOKIE_AGE_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )


def _no_identifier(field: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Code.INVALID_REQUEST,
        f"{field}: use 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit.",
    )
