"""HEAD wherever GET is."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Head:
    """Middleware that answers HEAD as GET. The server leaves the body out: it looks at the scope it made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, send)
        finally:
            scope["route"] = as_get.get("route")
