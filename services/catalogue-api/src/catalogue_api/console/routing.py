"""Routes of pages."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response


class PageRoute(APIRoute):
    """A route whose query leaves out what a form's reader has not filled in: browsers send it as empty."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_filled(request: Request) -> Response:
            asked = parse_qsl(request.scope["query_string"].decode("latin-1"))
            scope = {**request.scope, "query_string": urlencode(asked).encode()}
            return await handle(Request(scope, request.receive))

        return handle_filled


def page_router() -> APIRouter:
    return APIRouter(include_in_schema=False, route_class=PageRoute, default_response_class=Response)
