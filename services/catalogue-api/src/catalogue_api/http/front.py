"""What every request passes first. One layer: each costs a tenth of what a small event does."""

import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.access.admission import Admission
from catalogue_api.http.guarding import Guard, with_policies
from catalogue_api.http.limits import Bodies
from catalogue_api.http.observing import record
from catalogue_api.http.problems import Problem

HEAD = "catalogue.head"
"""In the state of a request whose answer will have no body: one that never ends need not begin."""


class Front:
    """Middleware, the outermost: guards, admits, limits bodies, answers HEAD as GET, and counts answers."""

    def __init__(self, app: ASGIApp, guard: Guard, admission: Admission, bodies: Bodies) -> None:
        self._app = app
        self._guard = guard
        self._admission = admission
        self._bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)  # unless an answer begins

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = with_policies(message.get("headers", ()))
            await send(message)

        started = time.perf_counter()
        # The server leaves out the body of an answer to HEAD: it looks at the scope that it made.
        inner = scope
        if scope["method"] == "HEAD":
            inner = {**scope, "method": "GET"}
            inner["state"][HEAD] = True
        body = self._bodies.expect(scope, receive)
        try:
            self._guard.check(scope)
            await self._admission.admit(inner)
            await self._app(inner, body.receive, answer)
        except Problem as problem:
            await problem.response()(scope, receive, answer)
        finally:
            body.release()
            record(scope["method"], inner, status, time.perf_counter() - started)
