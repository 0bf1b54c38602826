"""Opinions about models."""

from typing import Annotated

from catalogue_schema.sentiment import Sentiment
from catalogue_schema.tables import Model, Opinion, OpinionResponse
from catalogue_schema.text import NewName, ShortText, Tag
from catalogue_schema.times import Date
from pydantic import Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.filters import Filters
from catalogue_api.catalogue.newest import newest_first
from catalogue_api.catalogue.paging import Page, PageQuery
from catalogue_api.catalogue.statements import AnySelect, execute, table_of
from catalogue_api.catalogue.words import parse_words
from catalogue_api.http.problems import NotFound


class OpinionQuery(PageQuery):
    q: Annotated[ShortText | None, Field(description='Words, "a phrase", or, -without')] = None
    model: NewName | None = None
    sentiment: Sentiment | None = None
    source: ShortText | None = None
    author: ShortText | None = None
    tag: Tag | None = None
    date_from: Annotated[Date | None, Field(description="Published on this day or later")] = None
    date_to: Annotated[Date | None, Field(description="Published on this day or earlier")] = None


async def list_opinions(db: AsyncSession, query: OpinionQuery) -> Page[OpinionResponse]:
    wanted = {
        "model_id": await named.find_id(db, Model, query.model),
        "sentiment": query.sentiment,
        "source": query.source,
        "author": query.author,
        "tags": query.tag,
    }
    filters = Filters(
        table_of(Opinion),
        wanted,
        ordered=("author", "model_id", "source"),
        dated="date_published",
        first=query.date_from,
        last=query.date_to,
        words=await parse_words(db, query.q),
    )
    return await newest_first(db, _with_model(), filters, query, OpinionResponse)


async def read_opinion(db: AsyncSession, opinion_id: int) -> OpinionResponse:
    """Raises NotFound."""
    statement = _with_model().where(col(Opinion.id) == opinion_id)
    row = (await execute(db, statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no opinion {opinion_id}; GET /v1/opinions lists those that there are.")
    return OpinionResponse.model_validate(row)


def _with_model() -> AnySelect:
    return select(table_of(Opinion), col(Model.name).label("model")).join(Model)
