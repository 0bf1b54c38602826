"""JSON bodies of the routes that FastAPI serves."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.responses import Response

from catalogue_api.http.items import MAX_FIELDS, TOO_MANY_FIELDS, NotJson
from catalogue_api.http.media import JSON, media_type
from catalogue_api.http.problems import Invalid, Malformed, TooLarge
from catalogue_api.http.splitting import BOM, has_more_commas

MAX_ELEMENTS = 20_000
"""Of a record, with all that is inside: an object takes a hundred times the memory of its JSON."""


class JsonRequest(Request):
    async def json(self) -> Any:
        """Raises Malformed, TooLarge or Invalid."""
        try:
            value = load_json(await self.body())
        except NotJson as error:
            raise Malformed(f"The body is not JSON: {error}.") from error
        if isinstance(value, dict) and len(value) > MAX_FIELDS:
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
                media_type(request.headers.get("content-type", ""), {JSON})
            return await handle(JsonRequest(request.scope, request.receive))

        return handle_json


def load_json(raw: bytes) -> Any:
    """Raises TooLarge, and NotJson with line and column for what is no UTF-8, no JSON or nested too deep."""
    if has_more_commas(raw, MAX_ELEMENTS):
        raise TooLarge(f"The JSON has over {MAX_ELEMENTS:,} fields and elements.")
    try:
        return from_json(raw.removeprefix(BOM))
    except ValueError as error:
        raise NotJson(str(error)) from error
