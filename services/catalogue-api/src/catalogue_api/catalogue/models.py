"""Models: lists, and one model with what is known of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

from catalogue_schema.sentiment import SENTIMENTS, Sentiment
from catalogue_schema.tables import (
    OPINION_COUNTS,
    RESULT_COUNTS,
    USE_CASE_COUNTS,
    BenchmarkResultResponse,
    Model,
    ModelPriceResponse,
    ModelResponse,
)
from catalogue_schema.text import ShortText
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Table, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.choosing import ModelFilters, named_like
from catalogue_api.catalogue.history import AsOfQuery
from catalogue_api.catalogue.paging import Page, PageQuery, by_name
from catalogue_api.catalogue.prices import PriceFilters, prices_of
from catalogue_api.catalogue.results import latest_results
from catalogue_api.catalogue.statements import among, execute, table_of
from catalogue_api.catalogue.tags import tag_names

WITH_METADATA = 50
"""Models in a page with their metadata, each of which may take 64 KiB."""


class ModelQuery(PageQuery, ModelFilters, PriceFilters):
    q: Annotated[
        ShortText | None,
        Field(description="Parts of the name, display name or organisation, in any case and any order"),
    ] = None
    include: Annotated[
        Literal["metadata"] | None,
        Field(description=f"Lists leave metadata out unless asked; with it, {WITH_METADATA} items at most"),
    ] = None


class Counts(BaseModel):
    results: int
    opinions: int
    use_cases: int


class Counted(NamedTuple):
    model: ModelResponse
    results: int
    use_cases: int


class Glance(NamedTuple):
    """`open_weights` is None where the metadata do not say."""

    open_weights: bool | None
    results: int
    opinions: int


class ModelDetail(ModelResponse):
    counts: Counts
    sentiment: Annotated[dict[Sentiment, int], Field(description="Opinions by sentiment")]
    prices: Annotated[
        list[ModelPriceResponse], Field(description="What each provider asks today, or on that day")
    ]
    latest_results: Annotated[
        list[BenchmarkResultResponse], Field(description="The ten most recently tested, as of that day")
    ]


async def list_models(db: AsyncSession, query: ModelQuery) -> Page[ModelResponse]:
    if query.include is None:
        columns = [column for column in table_of(Model).columns if column.name != "metadata"]
    else:
        columns = [*table_of(Model).columns]
        query = query.model_copy(update={"limit": min(query.limit, WITH_METADATA)})
    statement = select(*columns, tag_names()).where(
        *query.of_models(), *query.at_prices(), *named_like(query.q)
    )
    return await by_name(db, statement, col(Model.name), query, ModelResponse)


async def describe_model(db: AsyncSession, name: str, asked: AsOfQuery) -> ModelDetail:
    """Raises NotFound."""
    model, results, use_cases = await find_counted(db, name)
    sentiment = await _opinions_by_sentiment(db, model.id)
    prices = await prices_of(db, [model.id], asked.as_of or datetime.now(UTC).date())
    return ModelDetail(
        **model.model_dump(),
        counts=Counts(results=results, opinions=sum(sentiment.values()), use_cases=use_cases),
        sentiment={name: sentiment.get(name, 0) for name in SENTIMENTS},
        prices=prices[model.id],
        latest_results=await latest_results(db, model.id, asked),
    )


async def find_counted(db: AsyncSession, name: str) -> Counted:
    """Raises NotFound."""
    kept = _kept(RESULT_COUNTS).label("results"), _kept(USE_CASE_COUNTS).label("use_cases")
    statement = select(table_of(Model), tag_names(), *kept).where(col(Model.name) == name)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise named.not_found(Model, name)
    return Counted(ModelResponse.model_validate(row), int(row["results"]), int(row["use_cases"]))


async def at_a_glance(db: AsyncSession, model_ids: Sequence[int]) -> dict[int, Glance]:
    """What a list of models says of each beside what it is."""
    of, kept = table_of(Model).c, (_kept(RESULT_COUNTS), _kept(OPINION_COUNTS))
    statement = select(of.id, of.metadata["open_weights"].astext, *kept)
    rows = await execute(db, statement.where(among(of.id, model_ids)))
    found, said = dict.fromkeys(model_ids, Glance(None, 0, 0)), {"true": True, "false": False}
    return found | {row[0]: Glance(said.get(row[1]), int(row[2]), int(row[3])) for row in rows}


async def _opinions_by_sentiment(db: AsyncSession, model_id: int) -> dict[Sentiment | None, int]:
    counts = OPINION_COUNTS.c
    statement = select(counts.sentiment, func.sum(counts.rows)).where(counts.model_id == model_id)
    return {row[0]: int(row[1]) for row in await execute(db, statement.group_by(counts.sentiment))}


def _kept(counts: Table) -> ColumnElement[Any]:
    """How many there are, beside a statement's models."""
    rows = select(func.coalesce(func.sum(counts.c.rows), 0)).where(counts.c.model_id == col(Model.id))
    return rows.correlate(table_of(Model)).scalar_subquery()
