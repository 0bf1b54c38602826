"""One name that events came under: what it means here, and what became of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from catalogue_schema.tables import (
    LETTER_BENCHMARK_COUNTS,
    LETTER_MODEL_COUNTS,
    AliasResponse,
    Benchmark,
    DeadLetterRow,
    Model,
)
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Table, Uuid, and_, cast, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.aliases import list_bare_name_sources, list_spellings
from catalogue_api.catalogue.statements import execute, table_of

Kind = Literal["model", "benchmark"]

LETTERS = table_of(DeadLetterRow).c
TABLES: dict[Kind, type[Model | Benchmark]] = {"model": Model, "benchmark": Benchmark}
COUNTS: dict[Kind, Table] = {"model": LETTER_MODEL_COUNTS, "benchmark": LETTER_BENCHMARK_COUNTS}
NEAREST = 5
NEWEST = 1000
"""Letters of which the sources are told."""


class Became(BaseModel):
    """Events that failed under the name, by what has become of them since."""

    waiting: int
    replaying: int
    recorded: int
    failed: int
    """For another reason than the name."""
    discarded: int
    first_seen: datetime | None
    """Of those that wait."""
    sources: list[str]
    """Of the last thousand that wait."""


class NameReported(BaseModel):
    kind: Kind
    name: str
    became: Became
    means: str | None
    """What it is a name of, for every source; `aliases` may say it for one alone."""
    aliases: list[AliasResponse]
    nearest: list[str]
    bare_of: str | None
    """The one model whose name without its organisation it is, where that has not been allowed."""
    bare_sources: list[str]
    """Those of its sources that could be allowed it."""


async def read_name(db: AsyncSession, kind: Kind, name: str) -> NameReported:
    became = await _became(db, kind, name)
    bare_of = await _bare_of(db, name) if kind == "model" and became.waiting else None
    allowed = await list_bare_name_sources(db) if bare_of else []
    return NameReported(
        kind=kind,
        name=name,
        became=became,
        means=await _meaning(db, kind, name),
        aliases=await list_spellings(db, kind, name),
        nearest=await _nearest(db, kind, name) if became.waiting else [],
        bare_of=bare_of,
        bare_sources=[source for source in became.sources if source not in allowed],
    )


async def _became(db: AsyncSession, kind: Kind, name: str) -> Became:
    counts, waits_for = COUNTS[kind].c, f"unknown_{kind}"
    is_open = counts.status == "open"
    statement = select(
        _rows(counts.rows, and_(is_open, counts.reason == waits_for)).label("waiting"),
        _rows(counts.rows, counts.status.in_(("replaying", "replayed"))).label("replaying"),
        _rows(counts.rows, counts.status == "recorded").label("recorded"),
        _rows(counts.rows, and_(is_open, counts.reason != waits_for)).label("failed"),
        _rows(counts.rows, counts.status == "discarded").label("discarded"),
    ).where(counts.name == _digest(name))
    row = (await execute(db, statement)).mappings().one()
    first_seen, sources = await _waiting(db, kind, name) if row["waiting"] else (None, [])
    return Became.model_validate({**row, "first_seen": first_seen, "sources": sources})


def _rows(rows: ColumnElement[int], wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(rows).filter(wanted), 0)


def _digest(name: str | ColumnElement[str]) -> ColumnElement[UUID]:
    return cast(func.md5(name), Uuid)


async def _waiting(db: AsyncSession, kind: Kind, name: str) -> tuple[datetime | None, list[str]]:
    """When the first of those came that wait, and the sources of the last."""
    column = LETTERS[kind]
    waits = and_(
        _digest(column) == _digest(name), LETTERS.status == "open", LETTERS.reason == f"unknown_{kind}"
    )
    first = select(LETTERS.created_at).where(waits).order_by(LETTERS.id).limit(1)
    last = select(LETTERS.source).where(waits).order_by(LETTERS.id.desc()).limit(NEWEST).subquery()
    sources = select(last.c.source).where(last.c.source.is_not(None)).distinct().order_by(last.c.source)
    return (await execute(db, first)).scalar_one_or_none(), [*(await execute(db, sources)).scalars()]


async def _meaning(db: AsyncSession, kind: Kind, name: str) -> str | None:
    found = getattr(func, f"find_{kind}")(name, "").table_valued("found_id")
    table = TABLES[kind]
    statement = select(col(table.name)).join(found, col(table.id) == found.c.found_id)
    return (await execute(db, statement)).scalar_one_or_none()


async def _nearest(db: AsyncSession, kind: Kind, name: str) -> list[str]:
    names = col(TABLES[kind].name)
    distance = func.normal_name(names).op("<->")(func.normal_name(name))
    return [*(await execute(db, select(names).order_by(distance).limit(NEAREST))).scalars()]


async def _bare_of(db: AsyncSession, name: str) -> str | None:
    """The one model whose name it is, but for the organisation."""
    bare = func.bare_name(col(Model.name)) == func.normal_name(name)
    found = (await execute(db, select(col(Model.name)).where(bare).limit(2))).scalars().all()
    return found[0] if len(found) == 1 else None
