"""Errors as pages, for those who look at pages: what is wrong, and how to put it right."""

from typing import Any
from urllib.parse import quote

from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.console.rendering import HEADERS, render
from catalogue_api.http.problems import MEDIA_TYPE

DATA = ("/v1/", "/docs", "/metrics", "/livez", "/readyz")
"""Where programs ask, and are told in JSON."""
UNAUTHORIZED = 401


class ErrorPages:
    """Middleware: an answer that is a problem document becomes a page where a browser asked for one.

    Whoever has to sign in is led to where they can.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(DATA) or not _wants_page(scope):
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _Answer(scope, receive, send))


def _wants_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"]) or is_htmx(
        scope
    )


def is_htmx(scope: Scope) -> bool:
    return (b"hx-request", b"true") in scope["headers"]


class _Answer:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._answer(self._start["status"], from_json(self._body))
            return
        await self._send(message)

    async def _answer(self, status: int, problem: dict[str, Any]) -> None:
        response = self._sign_in() if status == UNAUTHORIZED else self._page(status, problem)
        await response(self._scope, self._receive, self._send)

    def _sign_in(self) -> RedirectResponse | HTMLResponse:
        is_read = self._scope["method"] in {"GET", "HEAD"} and not is_htmx(self._scope)
        here = self._scope["path"] + (
            "?" + self._scope["query_string"].decode() if self._scope["query_string"] else ""
        )
        address = f"/sign-in?next={quote(here)}" if is_read else "/sign-in"
        if is_htmx(self._scope):
            return HTMLResponse(headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)

    def _page(self, status: int, problem: dict[str, Any]) -> HTMLResponse:
        template = "_problem.html" if is_htmx(self._scope) else "error.html"
        return HTMLResponse(render(template, {"problem": problem}), status, HEADERS)
