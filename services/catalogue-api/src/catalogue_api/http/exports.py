"""Lists as CSV and as NDJSON, whole: the pages that a client would ask for, in one answer."""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

import structlog
from pydantic import BaseModel
from pydantic_core import from_json, to_json
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.http.media import CSV, NDJSON

log = structlog.get_logger(__name__)

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection"""

Item = Mapping[str, Any]
Fields = Sequence[str]


class BrokenOffError(Exception):
    """A page could not be read. The client sees it, since its answer has no proper end."""


class Exports:
    """Middleware: a GET with `?format=csv` or `ndjson` has all items of the list that its route answers with.

    With a `limit` or a `cursor` it has that page alone. Each page is a request of its own to the application,
    in a transaction of its own and within its bounds: of millions of rows, one page is in memory.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        form = FORMS.get(dict(asked).get("format", "")) if scope["method"] == "GET" else None
        if form is None:
            await self._app(scope, receive, send)
            return
        pages = _Pages(self._app, scope, receive, asked)
        first = await pages.ask()
        scope["route"] = first.scope.get("route")
        item = _item_of(scope["route"])
        if first.status != 200 or item is None:
            await first.send(send)
            return
        name = scope["path"].removeprefix("/v1/").replace("/", "-").encode("ascii", "replace").decode()
        headers = {"content-disposition": f'attachment; filename="{name}.{form.suffix}"'}
        parts = _parts(pages, first, form, _fields(item))
        await StreamingResponse(parts, headers=headers, media_type=form.media_type)(scope, receive, send)


@dataclass(slots=True)
class _Answer:
    scope: Scope
    status: int = 0
    messages: list[Message] = field(default_factory=list)

    async def take(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.messages.append(message)

    async def send(self, send: Send) -> None:
        for message in self.messages:
            await send(message)

    def document(self) -> Any:
        return from_json(b"".join(message.get("body", b"") for message in self.messages))


class _Pages:
    """Asks for a list's pages, the one after the other."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, asked: list[tuple[str, str]]) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._asked = asked
        self.is_one = any(name in {"limit", "cursor"} for name, _ in asked)

    async def ask(self, cursor: str | None = None) -> _Answer:
        query = self._asked if cursor is None else [*self._asked, ("cursor", cursor)]
        answer = _Answer({**self._scope, "query_string": urlencode(query).encode()})
        await self._app(answer.scope, self._receive, answer.take)
        return answer


async def _parts(pages: _Pages, first: _Answer, form: "Form", fields: Fields) -> AsyncIterator[bytes]:
    answer = first
    yield form.head(fields)
    while True:
        if answer.status != 200:
            log.warning("an export was broken off", status=answer.status)
            raise BrokenOffError(f"a page was answered with {answer.status}")
        page = answer.document()
        yield form.rows(fields, page["items"])
        cursor = page.get("next_cursor")
        if cursor is None or pages.is_one:
            return
        answer = await pages.ask(cursor)


def _item_of(route: object) -> type[BaseModel] | None:
    """What the route's list is of; None where it answers with no list."""
    response = getattr(route, "response_model", None)
    fields = getattr(response, "model_fields", {})
    kinds = get_args(fields["items"].annotation) if "items" in fields else ()
    return kinds[0] if kinds and issubclass(kinds[0], BaseModel) else None


def _fields(item: type[BaseModel]) -> Fields:
    """As JSON has them."""
    return [each.serialization_alias or each.alias or name for name, each in item.model_fields.items()]


def _no_head(_: Fields) -> bytes:
    return b""


def _lines(_: Fields, items: Iterable[Item]) -> bytes:
    return b"".join(to_json(item) + b"\n" for item in items)


def _csv_head(fields: Fields) -> bytes:
    return _csv([fields])


def _csv_rows(fields: Fields, items: Iterable[Item]) -> bytes:
    return _csv([_cell(item.get(name)) for name in fields] for item in items)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """Empty for nothing; a text as it is, but for one that a spreadsheet would run; anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.startswith(FORMULA) else value
    return to_json(value).decode()


@dataclass(frozen=True, slots=True)
class Form:
    suffix: str
    media_type: str
    head: Callable[[Fields], bytes]
    rows: Callable[[Fields, Iterable[Item]], bytes]


FORMS = {
    "csv": Form("csv", CSV, _csv_head, _csv_rows),
    "ndjson": Form("ndjson", NDJSON, _no_head, _lines),
}
