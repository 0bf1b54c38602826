"""Every request counted, timed and logged, by its route's template: paths would be labels without end."""

import time
from http import HTTPStatus

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

REQUESTS = Counter("catalogue_api_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "catalogue_api_request_seconds", "From a request's head to its answer's end", ["method", "route"]
)

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Observe:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)  # unless an answer begins

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            _record(scope, status, time.perf_counter() - started)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(method, route, status).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)
    # What was taken is logged with its ids where it is published; here, what a client or operator must know.
    say = log.debug if status < HTTPStatus.BAD_REQUEST else log.info
    say("request", method=method, path=scope["path"], status=status, milliseconds=round(seconds * 1000, 1))
