"""Which model leads a benchmark."""

from datetime import date
from typing import Annotated, Literal

from catalogue_schema.tables import Benchmark, BenchmarkResult, Model
from pydantic import BaseModel, Field
from sqlalchemy import CTE, ColumnElement, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.paging import BY_SCORE, Page, PageQuery, fetch_page


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
    return (
        select(
            func.rank().over(order_by=key).label("rank"),
            key.label("key"),
            col(Model.name).label("model"),
            latest,
        )
        .join(Model, col(Model.id) == latest.c.model_id)
        .cte("ranked")
    )


def _latest(of_benchmark: ColumnElement[bool]) -> CTE:
    """Of each model the most recently tested result, or if no date is known the one that happened last."""
    model_id = col(BenchmarkResult.model_id)
    return (
        select(
            model_id,
            col(BenchmarkResult.id).label("result_id"),
            col(BenchmarkResult.score),
            col(BenchmarkResult.date_tested),
            col(BenchmarkResult.source),
        )
        .where(of_benchmark)
        .ext(distinct_on(model_id))
        .order_by(
            model_id,
            col(BenchmarkResult.date_tested).desc().nulls_last(),
            col(BenchmarkResult.occurred_at).desc(),
        )
        .cte("latest")
    )
