"""Which model leads a benchmark."""

from datetime import date
from typing import Annotated, Literal

from catalogue_schema.tables import Benchmark, BenchmarkResult, Model
from pydantic import BaseModel, Field
from sqlalchemy import CTE, ColumnElement, func, select, true, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.paging import BY_SCORE, Page, PageQuery, fetch_page
from catalogue_api.catalogue.results import latest_first
from catalogue_api.catalogue.statements import table_of


class RankingQuery(PageQuery):
    order: Annotated[Literal["desc", "asc"], Field(description="asc where a lower score is better")] = "desc"


class Ranked(BaseModel):
    """A model's latest result on the benchmark; equal scores share a rank."""

    rank: Annotated[int, Field(examples=[1])]
    model: Annotated[str, Field(examples=["openai/gpt-4o"])]
    score: float
    date_tested: date | None
    source: str | None
    result_id: Annotated[int, Field(description="See /v1/results/{id}")]


async def rank_models(db: AsyncSession, name: str, query: RankingQuery) -> Page[Ranked]:
    """Models by their latest result on a benchmark, the best first. Raises NotFound."""
    benchmark = await named.find(db, Benchmark, name)
    ranked = _ranked(col(BenchmarkResult.benchmark_id) == benchmark.id, query)
    # The key: with `asc` the score itself, with `desc` its negative, so that both sort upwards.
    statement = select(ranked).order_by(ranked.c.key, ranked.c.model)
    after = query.after(BY_SCORE, name)
    if after is not None:
        statement = statement.where(tuple_(ranked.c.key, ranked.c.model) > tuple_(*after[1:]))
    rows, cursor = await fetch_page(
        db, statement, query.limit, lambda row: (query.list_id(name), row["key"], row["model"])
    )
    return Page(items=[Ranked.model_validate(row) for row in rows], next_cursor=cursor)


def _ranked(of_benchmark: ColumnElement[bool], query: RankingQuery) -> CTE:
    latest = _latest(of_benchmark)
    key = latest.c.score if query.order == "asc" else -latest.c.score
    return select(
        func.rank().over(order_by=key).label("rank"),
        key.label("key"),
        latest,
    ).cte("ranked")


def _latest(of_benchmark: ColumnElement[bool]) -> CTE:
    """Of each model the most recently tested result, or if no date is known the one that happened last."""
    result = (
        select(
            col(BenchmarkResult.id).label("result_id"),
            col(BenchmarkResult.score),
            col(BenchmarkResult.date_tested),
            col(BenchmarkResult.source),
        )
        .where(of_benchmark, col(BenchmarkResult.model_id) == col(Model.id))
        .order_by(*latest_first())
        .limit(1)
        .lateral()
    )
    # Model by model, along an index; else all of the benchmark's results would be read and sorted.
    models = table_of(Model).join(result, true())
    return select(col(Model.name).label("model"), *result.c).select_from(models).cte("latest")
