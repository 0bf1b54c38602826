"""Reading request bodies: bounded, of a known type, and JSON that is JSON."""

from collections.abc import Callable, Collection, Coroutine
from email.message import Message as EmailMessage
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.http.problems import FieldError, Invalid, Malformed, TooLarge, UnsupportedMediaType

JSON = "application/json"
NDJSON = "application/x-ndjson"

MAX_FIELDS = 50
"""More fields than any record has; Pydantic would report each one that it does not know."""
TOO_MANY_FIELDS = FieldError(pointer="", reason=f"has over {MAX_FIELDS} fields")


class BodyLimit:
    """Refuses a body over `limit` bytes, by its declared length or as soon as more arrived.

    Starlette has such a middleware, which always answers in plain text: not the shape of our errors.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = int(declared) if declared.isdecimal() else 0
        arrived = 0

        async def limited() -> Message:
            nonlocal arrived
            if size > self._limit:
                raise self._too_large()
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, limited, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is over {self._limit:,} bytes: send it in several requests.")


class JsonRequest(Request):
    async def json(self) -> Any:
        """Raises Malformed or Invalid."""
        value = parse_json(await self.body())
        if has_too_many_fields(value):
            raise Invalid([TOO_MANY_FIELDS])
        return value


class JsonRoute(APIRoute):
    """A route whose body, if it takes one, is JSON by its content type and by our parser.

    Python's own takes lone surrogates, and recurses until it cannot.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            if self.body_field:
                media_type(request, {JSON})
            return await handle(JsonRequest(request.scope, request.receive))

        return handle_json


def media_type(request: Request, known: Collection[str]) -> str:
    """The body's media type without its parameters. Raises UnsupportedMediaType unless it is `known`."""
    header = EmailMessage()
    header["Content-Type"] = request.headers.get("content-type", "")
    given = header.get_content_type()
    if given not in known or header.get_content_charset("utf-8") not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(f"Send the body as UTF-8 with Content-Type: {' or '.join(sorted(known))}.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding: compressed bodies are not read.")
    return given


def parse_json(body: bytes) -> Any:
    """Raises Malformed, with line and column, for what is no UTF-8, no JSON, or nested too deep."""
    try:
        return from_json(body)
    except ValueError as error:
        raise Malformed(f"The body is not JSON: {error}.") from error


def has_too_many_fields(value: object) -> bool:
    return isinstance(value, dict) and len(value) > MAX_FIELDS
