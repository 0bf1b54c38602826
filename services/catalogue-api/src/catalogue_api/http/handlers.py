"""Whatever goes wrong in a request becomes a problem document here, and nowhere else."""

from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from catalogue_api.http.problems import (
    FieldError,
    Invalid,
    Problem,
    json_pointer,
    problem_response,
    reason_of,
    unexpected,
)

EXPLANATIONS = {
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take that method; the Allow header names those that it takes.",
}


def install_handlers(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(Exception, _unexpected)


async def _http_error(_: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response()
    error = cast("HTTPException", error)
    detail = EXPLANATIONS.get(error.status_code, error.detail)
    return problem_response(error.status_code, detail, error.headers)


async def _invalid_request(_: Request, error: Exception) -> Response:
    errors = cast("RequestValidationError", error).errors()
    return Invalid([_field_error(each) for each in errors]).response()


async def _unexpected(_: Request, __: Exception) -> Response:
    """The server logs the traceback; the client gets none."""
    return unexpected().response()


def _field_error(error: Mapping[str, Any]) -> FieldError:
    place, *parts = error["loc"]
    pointer = json_pointer(*parts) if place == "body" else f"{place}:{'.'.join(map(str, parts))}"
    return FieldError(pointer=pointer, reason=reason_of(error))
