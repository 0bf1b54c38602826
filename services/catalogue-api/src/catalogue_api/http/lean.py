"""Routes for what comes by the thousand a second: nothing stands between the server and the work.

FastAPI finds out for each request what a route depends on, and Starlette passes it through its layers: that
costs several times what a small event does.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from catalogue_api.http.problems import Problem, unexpected
from catalogue_api.resources import AppResources


async def read_body(receive: Receive) -> bytes:
    """The whole body, held once only: parts that are joined are there twice meanwhile."""
    message = await receive()
    if not message["more_body"]:
        return cast("bytes", message["body"])
    whole = BytesIO()
    whole.write(message["body"])
    while message["more_body"]:
        message = await receive()
        whole.write(message["body"])
    return whole.getvalue()


class LeanRequest:
    __slots__ = ("_headers", "_receive", "resources", "state")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._receive = receive
        self.state: dict[str, Any] = scope["state"]
        self.resources = cast("AppResources", self.state["resources"])

    def header(self, name: bytes) -> str | None:
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def body(self) -> bytes:
        return await read_body(self._receive)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Endpoint:
    """An ASGI application that answers in JSON. Raises the Problems of `answer`, for the layer before it."""

    def __init__(self, answer: Callable[[LeanRequest], Awaitable[Answer]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(LeanRequest(scope, receive))
        except Problem:
            raise
        except Exception:
            # Starlette's way: the client gets an answer that says nothing, and the server logs the traceback.
            await unexpected().response()(scope, receive, send)
            raise
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(answer.body)),
            *answer.headers,
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


class Shortcut:
    """Middleware that takes POST requests straight to `routes`, whose paths have no parameters."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route]) -> None:
        self._app = app
        self._routes = {route.path: route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            route = self._routes.get(scope["path"])
            if route is not None:
                scope["route"] = route
                await route.app(scope, receive, send)
                return
        await self._app(scope, receive, send)
