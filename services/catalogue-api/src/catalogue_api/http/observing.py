"""Every request counted, timed and logged, by its route's template: paths would be labels without end."""

import logging
from functools import cache
from http import HTTPStatus

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import Scope

log = structlog.get_logger(__name__)
levels = logging.getLogger(__name__)

REQUESTS = Counter("catalogue_api_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "catalogue_api_request_seconds", "From a request's head to its answer's end", ["method", "route"]
)

ENDLESS = "catalogue.endless"
"""In the state of a request whose answer ends when somebody goes: that is no measure of anything."""

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def record(method: str, scope: Scope, status: int, seconds: float) -> None:
    """Count, time and, where it is worth it, log a request that was answered with `status`."""
    route = getattr(scope.get("route"), "path", "unmatched")
    method = method if method in METHODS else "other"
    _answered(method, route, status).inc()
    if ENDLESS not in scope["state"]:
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
