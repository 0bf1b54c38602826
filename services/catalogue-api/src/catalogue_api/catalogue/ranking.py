"""Which model leads a benchmark."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from catalogue_schema.measures import Setting
from catalogue_schema.tables import Benchmark, BenchmarkMetric, Model
from pydantic import BaseModel, Field
from sqlalchemy import CTE, ColumnElement, FromClause, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.choosing import ModelFilters
from catalogue_api.catalogue.history import AsOfQuery, reported_results
from catalogue_api.catalogue.measured import WITHIN_95, MeasuredQuery, metric_of, of_metric
from catalogue_api.catalogue.paging import BY_SCORE, Page, PageQuery, fetch_page
from catalogue_api.catalogue.results import latest_first, with_results
from catalogue_api.catalogue.statements import AnySelect, execute, table_of

MEASURED = ("metric", "unit", "n", "settings", "evaluator", "evaluator_relationship", "harness", "source_url")
"""What a row says of its result beside the score; /v1/results/{id} has the rest."""


LARGEST = 1e300
"""Of a standard error that counts: PostgreSQL refuses a sum that is no number any more."""


class ChoiceQuery(MeasuredQuery, ModelFilters, AsOfQuery):
    """Which results of a benchmark count, of which models."""

    order: Annotated[
        Literal["desc", "asc"] | None,
        Field(description="`asc` where a lower score is better; the metric's own direction unless given"),
    ] = None


class RankingQuery(PageQuery, ChoiceQuery):
    pass


class Ranked(BaseModel):
    """A model's latest result on the benchmark; equal scores share a rank.

    From `rank_low` to `rank_high` are the ranks that the model may have, as far as the intervals tell: two
    models tie where theirs overlap.
    """

    rank: Annotated[int, Field(examples=[1])]
    rank_low: Annotated[int, Field(examples=[1])]
    rank_high: Annotated[int, Field(examples=[3])]
    model: Annotated[str, Field(examples=["openai/gpt-4o"])]
    score: float
    low: Annotated[
        float,
        Field(
            description="The interval's bounds; else 1.96 standard errors around the score; else the score"
        ),
    ]
    high: float
    metric: str | None
    unit: str | None
    n: int | None
    settings: dict[str, Setting] | None
    evaluator: str | None
    evaluator_relationship: str | None
    harness: str | None
    date_tested: date | None
    source: str | None
    source_url: str | None
    event_id: Annotated[UUID, Field(description="Of the report; see /v1/events/{event_id}")]
    result_id: Annotated[
        int | None, Field(description="See /v1/results/{id}; null for a report that no longer stands")
    ]
    claims: Annotated[int, Field(description="Results of the model that the filters let through")]


class Ranking(NamedTuple):
    """Which `results` count, as `wanted` says of them, and of which `models`."""

    results: FromClause
    wanted: Sequence[ColumnElement[bool]]
    models: Sequence[ColumnElement[bool]]
    ascending: bool


async def rank_models(db: AsyncSession, name: str, query: RankingQuery) -> Page[Ranked]:
    """Models by their latest result on a benchmark, the best first. Raises NotFound."""
    ranking = await choose(db, name, query, reported_results(query))
    statement = _with_ties(ranked_models(ranking))
    after = query.after(BY_SCORE, name)
    if after is not None:
        key = tuple_(statement.selected_columns.key, statement.selected_columns.model)
        statement = statement.where(key > tuple_(*after[1:]))
    rows, cursor = await fetch_page(
        db, statement, query.limit, lambda row: (query.list_id(name), row["key"], row["model"])
    )
    claims = await _claims(db, ranking, [row["model_id"] for row in rows])
    items = [Ranked.model_validate({**row, "claims": claims[row["model_id"]]}) for row in rows]
    return Page(items=items, next_cursor=cursor)


async def choose(db: AsyncSession, name: str, query: ChoiceQuery, results: FromClause) -> Ranking:
    """Raises NotFound, of the benchmark or its metric."""
    benchmark = await named.find(db, Benchmark, name)
    metric = await metric_of(db, benchmark, query.metric)
    of_benchmark = results.c.benchmark_id == benchmark.id
    return Ranking(
        results,
        [of_benchmark, *of_metric(metric, results), *query.conditions(results)],
        [with_results(benchmark.id), *query.of_models()],
        _ascending(query, metric),
    )


def _ascending(query: ChoiceQuery, metric: BenchmarkMetric | None) -> bool:
    if query.order is not None:
        return query.order == "asc"
    return metric is not None and not metric.higher_is_better


def ranked_models(ranking: Ranking) -> CTE:
    """Each model with its rank; `key`, and the `best` and `worst` that it may be, sort upwards."""
    latest = _latest(ranking)
    score, low, high = latest.c.score, latest.c.low, latest.c.high
    key, best, worst = (score, low, high) if ranking.ascending else (-score, -high, -low)
    return select(
        func.rank().over(order_by=key).label("rank"),
        key.label("key"),
        best.label("best"),
        worst.label("worst"),
        latest,
    ).cte("ranked")


def _latest(ranking: Ranking) -> CTE:
    """Of each model the most recently tested result, or if no date is known the one that happened last."""
    of = ranking.results.c
    margin = WITHIN_95 * func.least(func.coalesce(of.stderr, 0), LARGEST)
    result = (
        select(
            of.id.label("result_id"),
            of.event_id,
            *(of[name] for name in ("score", "date_tested", "source", *MEASURED)),
            func.coalesce(of.ci_low, of.score - margin).label("low"),
            func.coalesce(of.ci_high, of.score + margin).label("high"),
        )
        .where(*ranking.wanted, of.model_id == col(Model.id))
        .order_by(*latest_first(ranking.results), of.event_id.desc())
        .limit(1)
        .lateral()
    )
    # Model by model, along an index; else all of the benchmark's results would be read and sorted.
    models = table_of(Model).join(result, true())
    model: list[ColumnElement[Any]] = [col(Model.id).label("model_id"), col(Model.name).label("model")]
    return select(*model, *result.c).select_from(models).where(*ranking.models).cte("latest")


def _with_ties(ranked: CTE) -> AnySelect:
    """With the ranks that a model may have: behind all that surely are better, before all that are worse.

    Each bound of all models is in order once, so that a model's place among them is found by halving.
    """
    of = ranked.c
    all_of = select(
        func.count().label("models"),
        _in_order(of.best).label("best"),
        _in_order(-of.worst).label("worst"),
    ).cte("all_of")
    as_bad = func.width_bucket(-of.best, all_of.c.worst)
    statement: AnySelect = select(
        ranked,
        (1 + all_of.c.models - as_bad).label("rank_low"),
        func.width_bucket(of.worst, all_of.c.best).label("rank_high"),
    )
    return statement.join(all_of, true()).order_by(of.key, of.model)


def _in_order(bound: ColumnElement[float]) -> ColumnElement[Any]:
    return func.array_agg(aggregate_order_by(bound, bound))


async def _claims(db: AsyncSession, ranking: Ranking, models: list[int]) -> dict[int, int]:
    of = ranking.results.c
    # A report that was superseded is no claim beside the one that took its place.
    claims = select(of.model_id, of.date_tested, of.variant).distinct()
    claimed = claims.where(*ranking.wanted, of.model_id.in_(models)).subquery()
    counted = select(claimed.c.model_id, func.count()).group_by(claimed.c.model_id)
    return {row[0]: row[1] for row in await execute(db, counted)}
