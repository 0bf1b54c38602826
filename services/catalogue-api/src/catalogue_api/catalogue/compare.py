"""Up to five models side by side: what they are, what they cost, how they score and what is said of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from catalogue_schema.tables import (
    Benchmark,
    BenchmarkMetric,
    Model,
    ModelPriceResponse,
    ModelResponse,
)
from catalogue_schema.text import NewName
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import RowMapping, func, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.paging import listed
from catalogue_api.catalogue.prices import prices_of
from catalogue_api.catalogue.results import latest_that_rank
from catalogue_api.catalogue.sentiment import Month, by_month
from catalogue_api.catalogue.statements import execute, table_of
from catalogue_api.catalogue.tags import tag_names

MOST = 5


class CompareQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    models: Annotated[
        list[NewName],
        BeforeValidator(listed),
        Field(min_length=2, max_length=MOST, description="Two to five names, separated by commas"),
    ]


class Score(BaseModel):
    score: float
    metric: str | None
    unit: str | None
    ci_low: float | None
    ci_high: float | None
    stderr: float | None
    date_tested: date | None
    result_id: int


class Shared(BaseModel):
    """A benchmark that two of the models at least have a result on, each model's latest that ranks it."""

    benchmark: str
    category: str | None
    higher_is_better: bool
    scores: dict[str, Score]


class Compared(BaseModel):
    model: ModelResponse
    prices: Annotated[list[ModelPriceResponse], Field(description="Today's, the cheapest first")]
    sentiment: Annotated[list[Month], Field(description="By month, the latest first")]


class Comparison(BaseModel):
    models: list[Compared]
    benchmarks: list[Shared]


async def compare(db: AsyncSession, query: CompareQuery) -> Comparison:
    """Raises NotFound."""
    models = await _models(db, [*dict.fromkeys(query.models)])
    ids = [model.id for model in models]
    prices, months = await prices_of(db, ids, datetime.now(UTC).date()), await by_month(db, ids)
    return Comparison(
        models=[Compared(model=each, prices=prices[each.id], sentiment=months[each.id]) for each in models],
        benchmarks=await _shared(db, models),
    )


async def _models(db: AsyncSession, names: Sequence[str]) -> list[ModelResponse]:
    """In the order of their names. Raises NotFound."""
    statement = select(table_of(Model), tag_names()).where(col(Model.name).in_(names))
    found = {row["name"]: row for row in (await execute(db, statement)).mappings()}
    if unknown := [name for name in names if name not in found]:
        raise named.not_found(Model, unknown[0])
    return [ModelResponse.model_validate(found[name]) for name in names]


async def _shared(db: AsyncSession, models: list[ModelResponse]) -> list[Shared]:
    names = {model.id: model.name for model in models}
    higher = func.coalesce(col(BenchmarkMetric.higher_is_better), true()).label("higher")
    statement = latest_that_rank(col(Benchmark.name).label("benchmark"), col(Benchmark.category), higher)
    statement = statement.where(col(Model.id).in_(names)).order_by(col(Benchmark.name))
    shared: dict[str, Shared] = {}
    for row in (await execute(db, statement)).mappings():
        one = shared.setdefault(row["benchmark"], _nothing_yet(row))
        one.scores[names[row["model_id"]]] = Score.model_validate({**row, "result_id": row["id"]})
    return [each for each in shared.values() if len(each.scores) > 1]


def _nothing_yet(row: RowMapping) -> Shared:
    named = {name: row[name] for name in ("benchmark", "category")}
    return Shared.model_validate({**named, "higher_is_better": row["higher"], "scores": {}})
