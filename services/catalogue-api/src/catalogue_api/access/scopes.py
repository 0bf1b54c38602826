"""What each route asks of whoever calls it, in one table; without an entry the application does not start."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from catalogue_schema.tables.api_keys import Scope
from catalogue_schema.topics import SUBMITTED
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, compile_path


class Access(NamedTuple):
    """`scope` None asks for none; `public` lets in whoever comes, `user` asks for somebody who signed in."""

    scope: Scope | None = None
    public: bool = False
    reads: bool = False
    """Public where reads are: CATALOGUE_API_PUBLIC_READS."""
    user: bool = False


PUBLIC = Access(public=True)
READS = Access("read", reads=True)
INSIDE = Access("read")
"""Reads that stay inside, public reads or not: what failed holds contents that nobody has checked."""
SIGNED_IN = Access(user=True)
EVENTS = Access("events:write")
WRITE = Access("reference:write")
DELETE = Access("reference:delete")
LETTERS = Access("dead-letters:write")
TASKS = Access("tasks:write")
ADMIN = Access("admin")

ROUTES: Mapping[str, Access] = {
    "GET /livez": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/start.js": PUBLIC,
    "GET /docs/assets": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /asyncapi.json": PUBLIC,
    "POST /v1/events": EVENTS,
    **{
        f"POST {topic.submission.path}": EVENTS
        for topic in SUBMITTED.values()
        if topic.submission and topic.submission.path
    },
    "GET /v1/events": READS,
    "GET /v1/events/{event_id}": READS,
    "GET /v1/retractions/{retraction_id}": READS,
    "GET /v1/models": READS,
    "GET /v1/models/{name:path}": READS,
    "POST /v1/models": WRITE,
    "POST /v1/models/import": WRITE,
    "PATCH /v1/models/{name:path}": WRITE,
    "DELETE /v1/models/{name:path}": DELETE,
    "GET /v1/model-prices": READS,
    "POST /v1/model-prices": WRITE,
    "GET /v1/benchmarks": READS,
    "GET /v1/benchmarks/{name:path}": READS,
    "POST /v1/benchmarks": WRITE,
    "POST /v1/benchmarks/import": WRITE,
    "PATCH /v1/benchmarks/{name:path}": WRITE,
    "DELETE /v1/benchmarks/{name:path}": DELETE,
    "GET /v1/metrics": READS,
    "PUT /v1/metrics": WRITE,
    "DELETE /v1/metrics/{metric_id}": DELETE,
    "GET /v1/results": READS,
    "GET /v1/results/{result_id}": READS,
    "GET /v1/claims": READS,
    "GET /v1/compare": READS,
    "GET /v1/agreement": READS,
    "GET /v1/rankings/{benchmark:path}": READS,
    "GET /v1/value/{benchmark:path}": READS,
    "GET /v1/leads/{benchmark:path}": READS,
    "GET /v1/feed": READS,
    "GET /v1/counts": READS,
    "GET /v1/opinions": READS,
    "GET /v1/opinions/{opinion_id}": READS,
    "GET /v1/sentiment/{model:path}": READS,
    "GET /v1/use-cases": READS,
    "GET /v1/use-cases/{use_case_id}": READS,
    "POST /v1/use-cases": WRITE,
    "PATCH /v1/use-cases/{use_case_id}": WRITE,
    "DELETE /v1/use-cases/{use_case_id}": DELETE,
    "GET /v1/categories": READS,
    "GET /v1/categories/{category_id}": READS,
    "POST /v1/categories": WRITE,
    "PATCH /v1/categories/{category_id}": WRITE,
    "DELETE /v1/categories/{category_id}": DELETE,
    "GET /v1/tags": READS,
    "GET /v1/tags/{tag_id}": READS,
    "POST /v1/tags": WRITE,
    "PATCH /v1/tags/{tag_id}": WRITE,
    "DELETE /v1/tags/{tag_id}": DELETE,
    "GET /v1/tasks": INSIDE,
    "GET /v1/tasks/{task_id}": INSIDE,
    "POST /v1/tasks": TASKS,
    "PATCH /v1/tasks/{task_id}": TASKS,
    "DELETE /v1/tasks/{task_id}": TASKS,
    "GET /v1/users/{user_id}/todos": INSIDE,
    "GET /v1/aliases": READS,
    "GET /v1/aliases/{alias_id}": READS,
    "POST /v1/aliases": WRITE,
    "POST /v1/aliases/import": WRITE,
    "DELETE /v1/aliases/{alias_id}": DELETE,
    "GET /v1/bare-name-sources": READS,
    "PUT /v1/bare-name-sources/{source:path}": WRITE,
    "DELETE /v1/bare-name-sources/{source:path}": DELETE,
    "GET /v1/unresolved-names": INSIDE,
    "GET /v1/dead-letters": INSIDE,
    "GET /v1/dead-letters/summary": INSIDE,
    "GET /v1/dead-letters/{letter_id}": INSIDE,
    "POST /v1/dead-letters/replay": LETTERS,
    "POST /v1/dead-letters/discard": LETTERS,
    "POST /v1/sessions": PUBLIC,
    "DELETE /v1/sessions": PUBLIC,
    "GET /v1/users/me": SIGNED_IN,
    "PUT /v1/users/me/password": SIGNED_IN,
    "GET /v1/users": ADMIN,
    "POST /v1/users": ADMIN,
    "GET /v1/users/{user_id}": ADMIN,
    "PATCH /v1/users/{user_id}": ADMIN,
    "GET /v1/api-keys": ADMIN,
    "POST /v1/api-keys": ADMIN,
    "GET /v1/api-keys/{key_id}": ADMIN,
    "DELETE /v1/api-keys/{key_id}": ADMIN,
    "POST /v1/api-keys/{key_id}/rotate": ADMIN,
    "GET /v1/audit": ADMIN,
    # Pages
    "GET /static": PUBLIC,
    "GET /": READS,
    "GET /models": READS,
    "GET /models/{name:path}": READS,
    "GET /choices/models": READS,
    "GET /counts": READS,
    "GET /benchmarks": READS,
    "GET /benchmarks/{name:path}": READS,
    "GET /claims": READS,
    "GET /leads": READS,
    "GET /compare": READS,
    "GET /value": READS,
    "GET /agreement": READS,
    "GET /opinions": READS,
    "GET /opinions/{opinion_id}": READS,
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": PUBLIC,
}


class Entry(NamedTuple):
    method: str
    template: str
    pattern: re.Pattern[str]


class AccessTable:
    """The accesses of an application's routes, found as the application finds the route itself."""

    def __init__(self, app: FastAPI) -> None:
        """Raises LookupError where a route has no entry."""
        self._entries = [(entry, _access(entry)) for entry in entries(app)]
        plain = ((entry.method, entry.template) for entry, _ in self._entries if "{" not in entry.template)
        self._plain = {place: self._search(*place) for place in plain}

    def find(self, method: str, path: str) -> Access | None:
        """None where nothing is served."""
        return self._plain.get((method, path)) or self._search(method, path)

    def _search(self, method: str, path: str) -> Access | None:
        for entry, access in self._entries:
            if entry.method == method and entry.pattern.match(path):
                return access
        return None


def entries(app: FastAPI) -> Iterator[Entry]:
    """Each method of each route, in the order in which the application looks for one; HEAD is GET."""
    for route in _flat(app.routes):
        if isinstance(route, Mount):
            yield Entry("GET", route.path, re.compile(rf"^{re.escape(route.path)}/"))
        elif isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Entry(method, route.path, compile_path(route.path)[0])
        else:
            raise TypeError(f"{route!r} is of a kind whose access nobody has thought of")


def _flat(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        router = getattr(route, "original_router", None)  # FastAPI's, of a router that was included
        yield from [route] if router is None else _flat(router.routes)


def _access(entry: Entry) -> Access:
    name = f"{entry.method} {entry.template}"
    if name not in ROUTES:
        raise LookupError(f"{name} has no entry in catalogue_api.access.scopes.ROUTES: say what it asks for")
    return ROUTES[name]
