"""All that is claimed of a model on a benchmark, side by side, and where two claims cannot both be right."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple, TypeVar
from uuid import UUID

from catalogue_schema.measures import Setting
from catalogue_schema.tables import Benchmark, BenchmarkResultResponse, Model
from catalogue_schema.text import NewName, ShortText
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import named
from catalogue_api.catalogue.history import AsOfQuery, standing
from catalogue_api.catalogue.measured import MeasuredQuery, bounds, metric_of, of_metric
from catalogue_api.catalogue.paging import ListQuery
from catalogue_api.catalogue.ranking import ChoiceQuery, choose
from catalogue_api.catalogue.results import latest_first, with_names
from catalogue_api.catalogue.statements import AnySelect, execute, table_of

MOST = 200
OF_EACH = 10
SAID = ("metric", "unit", "settings", "score", "ci_low", "ci_high", "stderr")


class ClaimQuery(ListQuery, MeasuredQuery, AsOfQuery):
    model: NewName
    benchmark: NewName
    metric: Annotated[ShortText | None, Field(description="All metrics, unless given")] = None


class Claim(BenchmarkResultResponse):
    """A result that stands, with the interval that it claims: its own, or of its standard error, or none."""

    low: float | None
    high: float | None
    disagrees_with: list[UUID] = Field(
        default_factory=list,
        description="Events of claims of the same metric, with no setting that both say otherwise, whose "
        "scores or intervals lie outside of this one's interval",
    )


class _Said(NamedTuple):
    """What two claims are held against each other by."""

    metric: str | None
    unit: str | None
    settings: Mapping[str, Setting] | None
    score: float
    low: float | None
    high: float | None


C = TypeVar("C", Claim, _Said)


class Claims(BaseModel):
    items: Annotated[list[Claim], Field(description=f"The most recently tested {MOST} at most")]
    disagreements: Annotated[int, Field(description="Pairs of claims that cannot both be right")]


class Conflict(NamedTuple):
    """Of a model's latest claims on a benchmark, ten at most: how many pairs cannot both be right."""

    model: str
    claims: int
    disagreements: int
    lowest: float
    highest: float


async def list_claims(db: AsyncSession, query: ClaimQuery) -> Claims:
    """Raises NotFound."""
    model = await named.find(db, Model, query.model)
    benchmark = await named.find(db, Benchmark, query.benchmark)
    metric = None if query.metric is None else await metric_of(db, benchmark, query.metric)
    results = standing(query)
    wanted = [
        results.c.model_id == model.id,
        results.c.benchmark_id == benchmark.id,
        *of_metric(metric, results),
        *query.conditions(results),
    ]
    statement = with_names(results).where(*wanted).order_by(*latest_first(results)).limit(MOST)
    claims = [_claim(row) for row in (await execute(db, statement)).mappings()]
    pairs = _disagreements(claims)
    for one, other in pairs:
        one.disagrees_with.append(other.event_id)
        other.disagrees_with.append(one.event_id)
    return Claims(items=claims, disagreements=len(pairs))


async def find_conflicts(
    db: AsyncSession, benchmark: str, choice: ChoiceQuery, models: Sequence[str]
) -> list[Conflict]:
    """Where latest claims of these models cannot all be right, the most at odds first. Raises NotFound."""
    ranking = await choose(db, benchmark, choice, standing(choice))
    results = ranking.results
    latest = (
        select(*(results.c[name] for name in SAID))
        .where(*ranking.wanted, results.c.model_id == col(Model.id))
        .order_by(*latest_first(results))
        .limit(OF_EACH)
        .lateral()
    )
    of_models: AnySelect = select(latest, col(Model.name).label("model"))
    of_models = of_models.select_from(table_of(Model).join(latest, true())).where(col(Model.name).in_(models))
    claims: defaultdict[str, list[_Said]] = defaultdict(list)
    for row in (await execute(db, of_models)).mappings():
        low, high = bounds(row)
        said = _Said(row["metric"], row["unit"], row["settings"], row["score"], low, high)
        claims[row["model"]].append(said)
    found = [_conflict(model, each) for model, each in claims.items()]
    return sorted((each for each in found if each.disagreements), key=lambda each: -each.disagreements)


def _conflict(model: str, claims: Sequence[_Said]) -> Conflict:
    scores = [claim.score for claim in claims]
    return Conflict(model, len(claims), len(_disagreements(claims)), min(scores), max(scores))


def _claim(row: RowMapping) -> Claim:
    low, high = bounds(row)
    return Claim.model_validate({**row, "low": low, "high": high})


def _disagreements(claims: Sequence[C]) -> list[tuple[C, C]]:
    return [
        (one, other)
        for place, one in enumerate(claims)
        for other in claims[place + 1 :]
        if one.metric == other.metric and one.unit == other.unit and _same_where_both_say(one, other)
        if _apart(one, other)
    ]


def _same_where_both_say(one: Claim | _Said, other: Claim | _Said) -> bool:
    mine, theirs = one.settings or {}, other.settings or {}
    return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys())


def _apart(one: Claim | _Said, other: Claim | _Said) -> bool:
    """Whether neither reaches the other; nothing is said where neither claims an interval."""
    if all(bound is None for claim in (one, other) for bound in (claim.low, claim.high)):
        return False
    return _highest(one) < _lowest(other) or _highest(other) < _lowest(one)


def _lowest(claim: Claim | _Said) -> float:
    return claim.score if claim.low is None else claim.low


def _highest(claim: Claim | _Said) -> float:
    return claim.score if claim.high is None else claim.high
