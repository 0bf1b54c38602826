"""What the picture has of the database."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass

from catalogue_schema.database import get_db, passes
from catalogue_schema.tables import (
    LETTER_COUNTS,
    OPINION_COUNTS,
    RESULT_COUNTS,
    USE_CASE_COUNTS,
    Benchmark,
    Model,
)
from catalogue_schema.topics import topic_named
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import AnySelect, execute, table_of

TIMEOUT = 3.0


class AwayError(Exception):
    """The database cannot be asked now, and why."""


def _sum(rows: ColumnElement[int]) -> AnySelect:
    return select(func.coalesce(func.sum(rows), 0))


ROWS: dict[str, AnySelect] = {
    "models": select(func.count()).select_from(table_of(Model)),
    "benchmarks": select(func.count()).select_from(table_of(Benchmark)),
    "opinions": _sum(OPINION_COUNTS.c.rows),
    "benchmark_results": _sum(RESULT_COUNTS.c.rows),
    "use_cases": _sum(USE_CASE_COUNTS.c.rows),
}
"""Those of the large tables are counted as they come, as dead letters are."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """`letters` are open dead letters, by the topic where the message stood, and by reason."""

    rows: dict[str, int]
    letters: dict[str, Counter[str]]


async def look(engine: AsyncEngine) -> Recorded:
    """Raises AwayError."""
    try:
        async with asyncio.timeout(TIMEOUT), asynccontextmanager(get_db)(engine) as db:
            return Recorded(await _rows(db), await _letters(db))
    except (SQLAlchemyError, TimeoutError, OSError) as error:
        if not passes(error):
            raise
        raise AwayError(type(error).__name__) from error


async def _rows(db: AsyncSession) -> dict[str, int]:
    counted = select(*(statement.scalar_subquery().label(name) for name, statement in ROWS.items()))
    return {name: int(rows) for name, rows in (await execute(db, counted)).mappings().one().items()}


async def _letters(db: AsyncSession) -> dict[str, Counter[str]]:
    of, rows = LETTER_COUNTS.c, func.sum(LETTER_COUNTS.c.rows)
    is_open = select(of.topic, of.reason, rows).where(of.status == "open")
    statement = is_open.group_by(of.topic, of.reason).having(rows > 0)
    letters: dict[str, Counter[str]] = {}
    for name, reason, number in await execute(db, statement):
        topic = topic_named(name)
        letters.setdefault(topic.name if topic else name, Counter())[reason] += int(number)
    return letters
