"""One name that events came under: what it means here, and what became of them."""

from datetime import datetime
from typing import Literal

from catalogue_schema.events import Reason
from catalogue_schema.tables import AliasResponse, Benchmark, DeadLetterRow, Model
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.aliases import list_bare_name_sources, list_spellings
from catalogue_api.catalogue.statements import execute, table_of

Kind = Literal["model", "benchmark"]

LETTERS = table_of(DeadLetterRow).c
TABLES: dict[Kind, type[Model | Benchmark]] = {"model": Model, "benchmark": Benchmark}
NEAREST = 5


class Became(BaseModel):
    """Events that failed under the name, by what has become of them since."""

    waiting: int
    replaying: int
    recorded: int
    failed: int
    """For another reason than the name."""
    discarded: int
    first_seen: datetime | None
    """Of those that wait, as `sources` are."""
    sources: list[str]


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
    of_name = Reason.UNKNOWN_MODEL if kind == "model" else Reason.UNKNOWN_BENCHMARK
    is_open = LETTERS.status == "open"
    waits = and_(is_open, LETTERS.reason == of_name)
    statement = select(
        _count(waits).label("waiting"),
        _count(LETTERS.status.in_(("replaying", "replayed"))).label("replaying"),
        _count(LETTERS.status == "recorded").label("recorded"),
        _count(and_(is_open, LETTERS.reason != of_name)).label("failed"),
        _count(LETTERS.status == "discarded").label("discarded"),
        func.min(LETTERS.created_at).filter(waits).label("first_seen"),
        func.array_agg(LETTERS.source.distinct()).filter(waits, LETTERS.source.is_not(None)).label("sources"),
    ).where(LETTERS[kind] == name)
    row = (await execute(db, statement)).mappings().one()
    return Became.model_validate({**row, "sources": row["sources"] or []})


def _count(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(wanted)


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
