"""Do benchmarks and people agree? A model's standing on a category's benchmarks beside what is said of it."""

from math import sqrt
from typing import Annotated

from catalogue_schema.tables import OPINION_COUNTS, Benchmark, BenchmarkMetric, Model
from catalogue_schema.text import Tag
from pydantic import BaseModel, Field
from sqlalchemy import CTE, case, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.measured import WITHIN_95
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.results import latest_that_rank
from catalogue_api.catalogue.statements import equal, execute


class AgreementQuery(ListQuery):
    category: Annotated[Tag | None, Field(description="Of benchmarks; all, unless given")] = None
    min_opinions: Annotated[int, Field(ge=1, le=10**9, description="Models with fewer are left out")] = 10
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Agreement(BaseModel):
    """`difference` is the share of positive opinions less the percentile: above 0, people like it better than
    its scores would have it.
    """

    model: str
    percentile: Annotated[
        float,
        Field(description="The part of a benchmark's other models that it beats: the mean"),
    ]
    percentile_low: Annotated[float, Field(description="On the benchmark where it stands worst")]
    percentile_high: float
    benchmarks: int
    opinions: int
    positive: Annotated[float, Field(description="The share of positive ones among those with a sentiment")]
    positive_low: Annotated[float, Field(description="The 95 % interval of that share (Wilson)")]
    positive_high: float
    difference: float


class Agreements(BaseModel):
    items: Annotated[list[Agreement], Field(description="Those that differ most come first")]


async def find_agreement(db: AsyncSession, query: AgreementQuery) -> Agreements:
    standing, said = _standing(query), _said()
    statement = (
        select(
            col(Model.name).label("model"),
            func.avg(standing.c.percentile).label("percentile"),
            func.min(standing.c.percentile).label("percentile_low"),
            func.max(standing.c.percentile).label("percentile_high"),
            func.count().label("benchmarks"),
            said.c.opinions,
            said.c.positive,
        )
        .select_from(standing)
        .join(Model, col(Model.id) == standing.c.model_id)
        .join(said, said.c.model_id == standing.c.model_id)
        .where(said.c.opinions >= query.min_opinions)
        .group_by(col(Model.name), said.c.opinions, said.c.positive)
    )
    rows = (await execute(db, statement)).mappings()
    found = [_agreement(dict(row)) for row in rows]
    found.sort(key=lambda each: (-abs(each.difference), each.model))
    return Agreements(items=found[: query.limit])


def _agreement(row: dict[str, float]) -> Agreement:
    opinions, positive = int(row["opinions"]), int(row["positive"])
    low, high = wilson(positive, opinions)
    share = positive / opinions
    told = {"positive": share, "positive_low": low, "positive_high": high, "opinions": opinions}
    return Agreement.model_validate({**row, **told, "difference": share - row["percentile"]})


def wilson(positive: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927), which holds for few and for extreme ones, too."""
    share, square = positive / of, WITHIN_95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    margin = WITHIN_95 / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(0.0, middle - margin), min(1.0, middle + margin)


def _standing(query: AgreementQuery) -> CTE:
    """Of each model and benchmark the part of the other models that it beats; benchmarks of two at least."""
    of_category = equal((col(Benchmark.category), query.category))
    latest = (
        latest_that_rank(col(BenchmarkMetric.higher_is_better).label("higher")).where(*of_category).subquery()
    )
    sign, of_benchmark = case((latest.c.higher.is_(False), -1), else_=1), latest.c.benchmark_id
    percentile = func.percent_rank().over(partition_by=of_benchmark, order_by=latest.c.score * sign)
    models = func.count().over(partition_by=of_benchmark)
    ranked = select(latest.c.model_id, percentile.label("percentile"), models.label("models")).cte("ranked")
    return select(ranked).where(ranked.c.models > 1).cte("standing")


def _said() -> CTE:
    """Of each model its opinions with a sentiment, and how many of them are positive."""
    counts = OPINION_COUNTS.c
    positive = func.sum(counts.rows).filter(counts.sentiment == "positive")
    return (
        select(
            counts.model_id,
            func.sum(counts.rows).label("opinions"),
            func.coalesce(positive, 0).label("positive"),
        )
        .where(counts.sentiment.is_not(None))
        .group_by(counts.model_id)
        .having(func.sum(counts.rows) > 0)
        .cte("said")
    )
