"""What is asked of a request: the access of the route that will serve it."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, compile_path

from catalogue_api.access.scopes import ROUTES, Access


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
        raise LookupError(
            f"{name} has no entry in catalogue_api.access.scopes, nor, as a page's form, in access.forms: "
            "say what it asks for"
        )
    return ROUTES[name]
