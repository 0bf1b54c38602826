"""Every request counted, timed and logged, by its route's template: paths would be labels without end."""

import logging
import time
from functools import cache
from http import HTTPStatus

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)
levels = logging.getLogger(__name__)

REQUESTS = Counter("catalogue_api_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "catalogue_api_request_seconds", "From a request's head to its answer's end", ["method", "route"]
)

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Observe:
    """Middleware, the outermost: what it does not see was no request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
    _answered(method, route, status).inc()
    _seconds(method, route).observe(seconds)
    # What was taken is counted and logged where it is published; here, what a client or operator must know.
    if status >= HTTPStatus.BAD_REQUEST or levels.isEnabledFor(logging.DEBUG):
        say = log.info if status >= HTTPStatus.BAD_REQUEST else log.debug
        say(
            "request", method=method, path=scope["path"], status=status, milliseconds=round(seconds * 1000, 1)
        )


# Looking a child up by its labels costs more than counting it.
@cache
def _answered(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


@cache
def _seconds(method: str, route: str) -> Histogram:
    return REQUEST_SECONDS.labels(method, route)
