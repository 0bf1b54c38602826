"""Where somebody's data are: the events that they are in, and the dead letters whose bytes hold them."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from catalogue_schema.subjects import SAID_IN, Kind, Subject, subjects_of
from catalogue_schema.tables import (
    BenchmarkResult,
    DeadLetterRow,
    Opinion,
    ResultReport,
    Retraction,
    UseCase,
)
from pydantic_core import from_json
from sqlalchemy import LargeBinary, Table, Uuid, any_, cast, func, literal, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import AnySelect, execute, table_of

AT_ONCE = 1000
"""Events that one transaction erases."""
EVENTS = tuple(table_of(each) for each in (Opinion, UseCase, ResultReport, BenchmarkResult, Retraction))
LETTERS = table_of(DeadLetterRow)


class EventKey(NamedTuple):
    event_id: UUID
    producer: UUID | None


class FoundLetter(NamedTuple):
    id: int
    event: EventKey | None


async def find_events(db: AsyncSession, kind: Kind, values: Sequence[str]) -> list[EventKey]:
    """The next events."""
    named = [each for table in EVENTS for each in _naming(table, kind, values)]
    return [EventKey(*row) for row in await execute(db, union(*named).limit(AT_ONCE))]


async def matching_events(db: AsyncSession, kind: Kind, values: Sequence[str]) -> dict[str, int]:
    """How many rows there are of each table."""
    counts = {}
    for table in EVENTS:
        columns = [table.c[name] for name in SAID_IN[kind] if name in table.c]
        if columns:
            wanted = or_(*(column.in_(_typed(kind, values)) for column in columns))
            counts[table.name] = int((await execute(db, select(func.count()).where(wanted))).scalar_one())
    return counts


async def find_retractions(db: AsyncSession, events: Sequence[EventKey]) -> list[EventKey]:
    """The events that took these back: their reasons may tell of them."""
    of = table_of(Retraction).c
    statement = select(of.event_id, of.producer).where(of.retracts.in_([each.event_id for each in events]))
    return [EventKey(*row) for row in await execute(db, statement)]


def _naming(table: Table, kind: Kind, values: Sequence[str]) -> list[AnySelect]:
    return [
        select(table.c.event_id, table.c.producer)
        .where(table.c[name].in_(_typed(kind, values)))
        .limit(AT_ONCE)
        for name in SAID_IN[kind]
        if name in table.c
    ]


def _typed(kind: Kind, values: Sequence[str]) -> list[Any]:
    return [UUID(value) for value in values] if kind == "event_id" else [*values]


async def find_letters(
    db: AsyncSession, kind: Kind, values: Sequence[str], after: int
) -> tuple[list[FoundLetter], int | None]:
    """Of the next dead letters that may be theirs those that are, and after which id to go on.

    Their bytes are whatever somebody sent: what is no JSON is theirs where the value stands in it as JSON
    would have it, quoted.
    """
    of = LETTERS.c
    statement = (
        select(of.id, of.event_id, of.producer, of.source, of.value)
        .where(of.id > after, or_(*_may_be(kind, values)))
        .order_by(of.id)
        .limit(AT_ONCE)
    )
    rows = (await execute(db, statement)).mappings().all()
    theirs = [row for row in rows if _is_theirs(row, kind, set(values))]
    return [_found(row) for row in theirs], rows[-1]["id"] if len(rows) == AT_ONCE else None


async def letters_with_bytes(
    db: AsyncSession, after: int
) -> tuple[list[tuple[FoundLetter, list[Subject]]], int | None]:
    """The next dead letters with whom they name, and after which id to go on."""
    of = LETTERS.c
    columns = (of.id, of.event_id, of.producer, of.source, of.value)
    statement = select(*columns).where(of.id > after).order_by(of.id).limit(AT_ONCE)
    rows = (await execute(db, statement)).mappings().all()
    found = [(_found(row), list(subjects_of(_said(row)))) for row in rows]
    return found, rows[-1]["id"] if len(rows) == AT_ONCE else None


def _found(letter: Any) -> FoundLetter:
    event_id = letter["event_id"]
    return FoundLetter(letter["id"], EventKey(event_id, letter["producer"]) if event_id else None)


def _said(letter: Any) -> dict[str, Any]:
    try:
        said = from_json(letter["value"] or b"null")
    except ValueError:
        said = None
    named = {"source": letter["source"], "event_id": letter["event_id"] and str(letter["event_id"])}
    return (said if isinstance(said, dict) else {}) | {k: v for k, v in named.items() if v is not None}


def _may_be(kind: Kind, values: Sequence[str]) -> list[Any]:
    of = LETTERS.c
    if kind == "event_id":
        return [of.event_id == any_(cast([UUID(value) for value in values], ARRAY(Uuid)))]
    spelled = [func.position(literal(form, LargeBinary).op("IN")(of.value)) > 0 for form in _forms(values)]
    return [*spelled, *([of.source.in_([*values])] if kind == "source" else [])]


def _forms(values: Sequence[str]) -> list[bytes]:
    """As JSON has a text, with its characters and with their escapes."""
    forms = (json.dumps(value, ensure_ascii=escaped) for value in values for escaped in (False, True))
    return list(dict.fromkeys(form.encode("utf-8", "surrogatepass") for form in forms))


def _is_theirs(letter: Any, kind: Kind, values: set[str]) -> bool:
    if kind == "event_id" or (kind == "source" and letter["source"] in values):
        return True
    try:
        said = from_json(letter["value"])
    except ValueError:
        return True
    return isinstance(said, dict) and any(said.get(name) in values for name in SAID_IN[kind])
