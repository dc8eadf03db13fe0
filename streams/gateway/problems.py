"""Errors as RFC 9457 problem details: each has a `code` for programs and says in words what to do."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from schemas.errors import InvalidObject, RetryableError, UnavailableError, UnreadableImage

log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"

# Broker, store and database come back within seconds when they restart; a client that asks every 5 s is no burden.
UNAVAILABLE_RETRY_S = 5


class Code(StrEnum):
    """What went wrong, for programs."""

    INVALID_REQUEST = "invalid_request"
    MALFORMED_BODY = "malformed_body"
    MISSING_FIELD = "missing_field"
    UNKNOWN_CATEGORY = "unknown_category"
    GARMENTS_MISMATCH = "garments_mismatch"
    UNREADABLE_IMAGE = "unreadable_image"
    INVALID_OBJECT = "invalid_object"
    BYTES_NEEDED = "bytes_needed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    KEY_REUSED = "idempotency_key_reused"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    WRONG_HOST = "wrong_host"
    UNAUTHORIZED = "unauthorized"
    WRONG_SHOP = "wrong_shop"
    CROSS_SITE = "cross_site"
    NOT_FOUND = "not_found"
    UNKNOWN_TRYON = "unknown_tryon"
    NO_PICTURE = "no_picture"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    ALREADY_OVER = "already_over"
    NOT_COMPLETED = "not_completed"
    QUEUE_FULL = "queue_full"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str
    allowed: list[str] | None = None


class ProblemDetails(BaseModel):
    """RFC 9457. `detail` says what to do; `errors` names the fields where fields are to blame."""

    type: str = "about:blank"
    title: str
    status: int
    code: Code
    detail: str
    errors: list[FieldProblem] | None = None


class Problem(Exception):
    """Ends a request with problem details."""

    def __init__(
        self,
        status: HTTPStatus,
        code: Code,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The problem as an answer."""
        details = ProblemDetails(
            title=self.status.phrase,
            status=self.status,
            code=self.code,
            detail=self.detail,
            errors=self.errors or None,
        )
        return JSONResponse(
            details.model_dump(mode="json", exclude_none=True),
            status_code=self.status,
            headers={"Cache-Control": "no-store", **self.headers},
            media_type=PROBLEM_JSON,
        )


def install(app: FastAPI) -> None:
    """Makes every error of the app a problem."""
    handlers: dict[type[Exception], Any] = {
        Problem: lambda _request, error: error.response(),
        RequestValidationError: lambda _request, error: _invalid(error).response(),
        HTTPException: lambda _request, error: _of_http(error).response(),
        UnreadableImage: lambda _request, error: unreadable(str(error)).response(),
        InvalidObject: lambda _request, error: _unprocessable(Code.INVALID_OBJECT, str(error)).response(),
        UnavailableError: _unavailable,
        RetryableError: _unavailable,
        Exception: lambda _request, _error: internal().response(),
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, _async(handler))


def retry_after(seconds: float) -> Mapping[str, str]:
    """The header that says when to try again."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def unreadable(detail: str, field: str | None = None) -> Problem:
    """A picture that cannot be used."""
    errors = [FieldProblem(field=field, message=detail)] if field else []
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.UNREADABLE_IMAGE, detail, errors=errors)


def internal() -> Problem:
    """Our own fault."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        Code.INTERNAL,
        "Something went wrong on our side. Try again; if it happens again, tell whoever runs this service.",
    )


def _async(handler: Any) -> Any:
    async def handle(request: Request, error: Exception) -> JSONResponse:
        response: JSONResponse = handler(request, error)
        return response

    return handle


def _unprocessable(code: Code, detail: str, errors: Sequence[FieldProblem] = ()) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail, errors=errors)


def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("gateway.unavailable", path=request.url.path, error=str(error))
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        Code.UNAVAILABLE,
        "The service is not available at the moment. Try again in a few seconds, with the same Idempotency-Key.",
        headers=retry_after(UNAVAILABLE_RETRY_S),
    ).response()


_HTTP_PROBLEMS: Mapping[int, tuple[Code, str]] = {
    400: (Code.MALFORMED_BODY, "The body cannot be read. Send it as /docs describes."),
    404: (Code.NOT_FOUND, "There is nothing at this address. See /docs for what there is."),
    405: (Code.METHOD_NOT_ALLOWED, "This address does not take this method. See the header Allow and /docs."),
    413: (Code.TOO_LARGE, "The body is too large. Send a smaller one."),
    415: (Code.UNSUPPORTED_MEDIA_TYPE, "Send the body with the Content-Type that /docs names."),
}


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    code, detail = _HTTP_PROBLEMS.get(error.status_code, (Code.INVALID_REQUEST, str(error.detail)))
    return Problem(status, code, detail, headers=error.headers)


def _invalid(error: RequestValidationError) -> Problem:
    """What is wrong with which field, and what is allowed there."""
    fields = [_field(problem) for problem in error.errors()]
    kinds = {problem["type"] for problem in error.errors()}
    if any(field.allowed and field.field == "category" for field in fields):
        code = Code.UNKNOWN_CATEGORY
    elif "json_invalid" in kinds:
        code = Code.MALFORMED_BODY
    elif kinds == {"missing"}:
        code = Code.MISSING_FIELD
    else:
        code = Code.INVALID_REQUEST
    return _unprocessable(code, " ".join(f"{field.field}: {field.message}." for field in fields), fields)


def _field(problem: Mapping[str, Any]) -> FieldProblem:
    # Without the index of a list: a form's field that is sent several times has no number for who sends it.
    place = [part for part in problem["loc"][1:] if isinstance(part, str)]
    context = problem.get("ctx") or {}
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        message = "this field is required; add it"
    allowed = None
    if problem["type"] in {"enum", "literal_error"}:
        allowed = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
        message = f"use one of {', '.join(allowed)}"
    return FieldProblem(field=".".join(place) or "body", message=message, allowed=allowed)
