"""Models: lists, and one model with what is known of it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

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
from sqlalchemy import Table, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.choosing import ModelFilters, named_like
from catalogue_api.catalogue.history import AsOfQuery
from catalogue_api.catalogue.paging import Page, PageQuery, by_name
from catalogue_api.catalogue.prices import PriceFilters, prices_of
from catalogue_api.catalogue.results import latest_results
from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.catalogue.tags import tag_names, tags_of

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
    model = await named.find(db, Model, name)
    assert model.id is not None
    sentiment = await _opinions_by_sentiment(db, model.id)
    counts = Counts(
        results=await _count(db, RESULT_COUNTS, model.id),
        opinions=sum(sentiment.values()),
        use_cases=await _count(db, USE_CASE_COUNTS, model.id),
    )
    return ModelDetail(
        **model.model_dump(),
        tags=await tags_of(db, model.id),
        counts=counts,
        sentiment={name: sentiment.get(name, 0) for name in SENTIMENTS},
        prices=await prices_of(db, model.id, asked.as_of or datetime.now(UTC).date()),
        latest_results=await latest_results(db, model.id, asked),
    )


async def _opinions_by_sentiment(db: AsyncSession, model_id: int) -> dict[Sentiment | None, int]:
    counts = OPINION_COUNTS.c
    statement = select(counts.sentiment, func.sum(counts.rows)).where(counts.model_id == model_id)
    return {row[0]: int(row[1]) for row in await execute(db, statement.group_by(counts.sentiment))}


async def _count(db: AsyncSession, counts: Table, model_id: int) -> int:
    statement = select(func.sum(counts.c.rows)).where(counts.c.model_id == model_id)
    return int((await execute(db, statement)).scalar_one() or 0)
