"""How much there is, from counts that are kept."""

from typing import Annotated

from catalogue_schema.tables import (
    LETTER_COUNTS,
    OPINION_COUNTS,
    RESULT_COUNTS,
    USE_CASE_COUNTS,
    Benchmark,
    Model,
)
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, ScalarSelect, Table, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import execute, table_of


class CatalogueCounts(BaseModel):
    models: int
    benchmarks: int
    results: Annotated[int, Field(description="That stand")]
    opinions: int
    use_cases: int
    open_letters: Annotated[int, Field(description="Dead letters that nobody has dealt with")]


async def count_all(db: AsyncSession) -> CatalogueCounts:
    counts = {
        "models": _rows(table_of(Model)),
        "benchmarks": _rows(table_of(Benchmark)),
        "results": _kept(RESULT_COUNTS),
        "opinions": _kept(OPINION_COUNTS),
        "use_cases": _kept(USE_CASE_COUNTS),
        "open_letters": _kept(LETTER_COUNTS, LETTER_COUNTS.c.status == "open"),
    }
    row = (await execute(db, select(*(count.label(name) for name, count in counts.items())))).mappings().one()
    return CatalogueCounts.model_validate(dict(row))


def _rows(table: Table) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).scalar_subquery()


def _kept(counts: Table, *wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.coalesce(func.sum(counts.c.rows), 0)).where(*wanted).scalar_subquery()
