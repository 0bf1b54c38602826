"""Choosing results by what they say of their score: the metric, how it was run, and who says so."""

from collections.abc import Sequence
from math import isfinite
from typing import Annotated

from catalogue_schema.measures import Relationship, Setting
from catalogue_schema.tables import Benchmark, BenchmarkMetric
from catalogue_schema.text import ShortText
from pydantic import BaseModel, Field, StringConstraints
from pydantic_core import from_json
from sqlalchemy import ColumnElement, FromClause, RowMapping, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.statements import equal
from catalogue_api.http.problems import NotFound

WITHIN_95 = 1.96
"""Standard errors on either side of a score that hold the true one with a probability of 0.95."""
SettingFilter = Annotated[str, StringConstraints(max_length=1200, pattern=r"^[^\x00=]+=[^\x00]*$")]


class MeasuredQuery(BaseModel):
    metric: Annotated[ShortText | None, Field(description="The one that ranks, unless given")] = None
    evaluator: ShortText | None = None
    evaluator_relationship: Relationship | None = None
    harness: ShortText | None = None
    setting: Annotated[
        list[SettingFilter],
        Field(
            max_length=10, description="A setting and its value: `setting=shots=5`, several times for several"
        ),
    ] = []

    def conditions(self, results: FromClause) -> list[ColumnElement[bool]]:
        """Of results, whatever their metric."""
        conditions = equal(
            (results.c.evaluator, self.evaluator),
            (results.c.evaluator_relationship, self.evaluator_relationship),
            (results.c.harness, self.harness),
        )
        if self.setting:
            conditions.append(results.c.settings.contains(dict(_setting(each) for each in self.setting)))
        return conditions


async def metric_of(db: AsyncSession, benchmark: Benchmark, name: str | None) -> BenchmarkMetric | None:
    """The benchmark's metric of this name, or the one that ranks, which it may not have. Raises NotFound."""
    of_benchmark = select(BenchmarkMetric).where(col(BenchmarkMetric.benchmark_id) == benchmark.id)
    if name is None:
        return (await db.exec(of_benchmark.where(col(BenchmarkMetric.ranks)))).one_or_none()
    metric = (await db.exec(of_benchmark.where(col(BenchmarkMetric.name) == name))).one_or_none()
    if metric is None:
        raise NotFound(
            f"The benchmark {benchmark.name!r} has no metric {name!r}; "
            f"GET /v1/metrics?benchmark={benchmark.name} lists those that it has."
        )
    return metric


def of_metric(metric: BenchmarkMetric | None, results: FromClause) -> Sequence[ColumnElement[bool]]:
    """Results of the metric; those that say none are of the one that ranks."""
    if metric is None:
        return ()
    said = results.c.metric
    return (or_(said == metric.name, said.is_(None)) if metric.ranks else said == metric.name,)


def bounds(row: RowMapping) -> tuple[float | None, float | None]:
    """What the true score is between: the result's interval, or 1.96 standard errors around it, or None."""
    margin = None if row["stderr"] is None else WITHIN_95 * row["stderr"]
    low, high = (None, None) if margin is None else (row["score"] - margin, row["score"] + margin)
    return low if row["ci_low"] is None else row["ci_low"], high if row["ci_high"] is None else row["ci_high"]


def _setting(pair: str) -> tuple[str, Setting]:
    """A value that is JSON is what that says; any other is text."""
    name, _, value = pair.partition("=")
    try:
        parsed: Setting = from_json(value)
    except ValueError:
        return name, value
    if isinstance(parsed, float) and not isfinite(parsed):
        return name, value
    return name, parsed if isinstance(parsed, str | int | float | bool | None) else value
