"""Errors as RFC 9457 problem details: one exception base, one shape."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from catalogue_schema.text import why_refused
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response
from typing_extensions import TypedDict

MEDIA_TYPE = "application/problem+json"

REASONS = {
    "extra_forbidden": "is not a field that is known here",
    "missing": "is required",
}
"""Where Pydantic's own words would not help."""


TITLES: Mapping[int, str] = {status.value: status.phrase for status in HTTPStatus}


class FieldError(TypedDict):
    """What is wrong with one field."""

    pointer: Annotated[
        str,
        Field(
            description="An RFC 6901 pointer into the body, or `query:`, `path:` or `header:` and a name",
            examples=["/score"],
        ),
    ]
    reason: Annotated[str, Field(examples=["Input should be a finite number"])]


class RejectedItem(TypedDict):
    """One of many items that is wrong, and in what."""

    index: Annotated[int, Field(ge=0, description="Which item, counted from 0", examples=[3])]
    errors: list[FieldError]


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: Annotated[str, Field(examples=["about:blank"])] = "about:blank"
    title: Annotated[str, Field(examples=["Unprocessable Content"])]
    status: Annotated[int, Field(examples=[422])]
    detail: Annotated[str, Field(examples=["The request is not valid: see errors."])]
    errors: Annotated[list[FieldError], Field(description="Which fields are wrong, where some are")] = []
    rejected: Annotated[list[RejectedItem], Field(description="Of a body of many items: each, and why")] = []
    event_ids: Annotated[list[str], Field(description="With 503: send the events again with these ids")] = []
    scope: Annotated[str | None, Field(description="With 403: the scope that is missing")] = None


class Problem(HTTPException):
    """An answer that is an error; `detail` says what is wrong and how to put it right."""

    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(int(self.status), detail, headers)
        self.errors = errors
        self.members = members

    def response(self) -> Response:
        errors = {"errors": list(self.errors)} if self.errors else {}
        return problem_response(self.status_code, self.detail, self.headers, **errors, **self.members)


class RequestTimeout(Problem):
    status = HTTPStatus.REQUEST_TIMEOUT

    def __init__(self) -> None:
        super().__init__("The body took too long to arrive.", headers={"Connection": "close"})


class ClientGone(Problem):
    """The client closed its connection before its request had arrived: nobody reads this answer."""

    status = 499  # nginx's number for it, which no standard has

    def __init__(self) -> None:
        super().__init__("The client closed the connection.")


class Malformed(Problem):
    status = HTTPStatus.BAD_REQUEST


class Forbidden(Problem):
    status = HTTPStatus.FORBIDDEN


class MisdirectedRequest(Problem):
    status = HTTPStatus.MISDIRECTED_REQUEST

    def __init__(self) -> None:
        super().__init__(
            "This server does not go by the name in the request's Host header: its operator can add the name "
            "to CATALOGUE_API_ALLOWED_HOSTS."
        )


class NotFound(Problem):
    status = HTTPStatus.NOT_FOUND


class Conflict(Problem):
    status = HTTPStatus.CONFLICT


class PreconditionFailed(Problem):
    status = HTTPStatus.PRECONDITION_FAILED


class TooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Invalid(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("The request is not valid: see errors.", errors)


class NothingValid(Problem):
    """None of the body's items is valid."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, rejected: Sequence[RejectedItem]) -> None:
        detail = "The body holds no valid item, so nothing was taken: see rejected."
        super().__init__(detail, accepted=0, event_ids=[], rejected=rejected)
        self.rejected = rejected


class Unavailable(Problem):
    """Something that is needed is away; the client should repeat in `retry_after` seconds."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str, retry_after: float, **members: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, round(retry_after)))}, **members)


def unexpected() -> Problem:
    return Problem("Something failed on our side, and was logged. Repeating may help.")


class ProblemResponse(Response):
    """Written by Pydantic: Python's own JSON takes a hundred milliseconds for ten thousand rejected items."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        return to_json(content)


def problem_response(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any
) -> ProblemResponse:
    document = {
        "type": "about:blank",
        "title": TITLES.get(status, "Client Closed Request"),
        "status": int(status),
        "detail": detail,
        **members,
    }
    return ProblemResponse(document, status, headers)


def json_pointer(*parts: object) -> str:
    """RFC 6901: `("tags", 0)` is `/tags/0`; no parts, the whole document, is the empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def field_errors(errors: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Pydantic's errors, whose `loc` starts in a JSON document, in our shape."""
    return [FieldError(pointer=json_pointer(*error["loc"]), reason=reason_of(error)) for error in errors]


def reason_of(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_pattern_mismatch":
        return why_refused(str(error["input"]), error["ctx"]["pattern"])
    return REASONS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
