"""How a model scores: of each benchmark its latest result, and how many results are behind that one."""

from datetime import date
from uuid import UUID

from catalogue_schema.tables import RESULT_COUNTS, Benchmark, Model
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.measured import bounds
from catalogue_api.catalogue.results import latest_that_rank
from catalogue_api.catalogue.statements import execute

MOST = 200


class Score(BaseModel):
    """`low` and `high` are None where the result says no interval; `claims` counts results of any metric."""

    benchmark: str
    category: str | None
    score: float
    low: float | None
    high: float | None
    metric: str | None
    unit: str | None
    date_tested: date | None
    evaluator: str | None
    source: str | None
    source_url: str | None
    event_id: UUID
    claims: int


async def scores_of(db: AsyncSession, model_id: int) -> list[Score]:
    """By benchmark, 200 at most."""
    counts = RESULT_COUNTS.c
    claims = select(func.sum(counts.rows)).where(
        counts.model_id == model_id, counts.benchmark_id == col(Benchmark.id)
    )
    latest = latest_that_rank(
        col(Benchmark.name).label("benchmark"),
        col(Benchmark.category),
        claims.scalar_subquery().label("claims"),
    )
    statement = latest.where(col(Model.id) == model_id).order_by(col(Benchmark.name)).limit(MOST)
    rows = (await execute(db, statement)).mappings().all()
    return [
        Score.model_validate({**row, **dict(zip(("low", "high"), bounds(row), strict=True))}) for row in rows
    ]
