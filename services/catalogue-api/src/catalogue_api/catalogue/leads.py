"""Who led a benchmark, and from when."""

from datetime import date
from typing import Annotated, Literal

from catalogue_schema.tables import Model
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.history import stages
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.ranking import ChoiceQuery, Ranking, choose
from catalogue_api.catalogue.results import latest_first
from catalogue_api.catalogue.standings import Columns, find_turns
from catalogue_api.catalogue.statements import execute, table_of

MOST = 8_000
"""Results that a history is made of."""


class LeadQuery(ListQuery, ChoiceQuery):
    as_of_by: Annotated[
        Literal["known", "tested"],
        Field(description="By the days of tests, or those on which reports and retractions came here"),
    ] = "tested"
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class Lead(BaseModel):
    model: Annotated[str, Field(examples=["openai/gpt-4o"])]
    since: Annotated[date, Field(description="From this day its latest result was the best")]
    until: Annotated[date | None, Field(description="The first day on which it was not; null: it leads")]
    score: Annotated[float, Field(description="With which it took the lead")]


class Leads(BaseModel):
    items: Annotated[list[Lead], Field(description="The latest first")]
    complete: Annotated[
        bool, Field(description=f"False where there are over {MOST:,} results: the latest of them count")
    ]


async def list_leads(db: AsyncSession, name: str, query: LeadQuery) -> Leads:
    """A model that is only as good as the one that leads does not take the lead. Raises NotFound."""
    ranking = await choose(db, name, query, stages(query))
    results, complete = await _columns(db, ranking)
    turns = find_turns(results, ascending=ranking.ascending)
    names = await _names(db, {turn.model for turn in turns})
    ends = [*(turn.day for turn in turns), None][1:]
    items = [
        Lead(model=names[turn.model], since=turn.day, until=end, score=turn.score)
        for turn, end in zip(turns, ends, strict=True)
        if turn.model is not None
    ]
    return Leads(items=items[: -query.limit - 1 : -1], complete=complete)


async def _names(db: AsyncSession, ids: set[int | None]) -> dict[int | None, str]:
    of = table_of(Model).c
    return {row.id: row.name for row in await execute(db, select(of.id, of.name).where(of.id.in_(ids)))}


async def _columns(db: AsyncSession, ranking: Ranking) -> tuple[Columns, bool]:
    """As columns: rows by the ten thousand would take Python ten times as long."""
    of = ranking.results.c
    latest = (
        select(of.model_id, of.score, of.begin, of.end)
        .join(Model, col(Model.id) == of.model_id)
        .where(*ranking.wanted, *ranking.models)
        .order_by(*latest_first(ranking.results), of.event_id.desc())
        .limit(MOST + 1)
        .subquery()
    )
    found = (await execute(db, select(*(func.array_agg(column) for column in latest.c)))).one()
    columns = [(column or [])[MOST - 1 :: -1] for column in found]
    return Columns(*columns), len(found[0] or []) <= MOST
