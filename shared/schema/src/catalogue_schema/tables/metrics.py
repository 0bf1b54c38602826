"""What a benchmark measures: its metrics, and which of them ranks its models."""

from typing import TYPE_CHECKING

from pydantic import FiniteFloat
from sqlalchemy import BigInteger, Float, Index, String, UniqueConstraint, text
from sqlmodel import Field, Relationship, SQLModel

from catalogue_schema.measures import Unit
from catalogue_schema.tables.mixins import TimestampMixin, keep_updated_at

if TYPE_CHECKING:
    from catalogue_schema.tables.benchmarks import Benchmark


class BenchmarkMetricBase(SQLModel):
    """Scores are from `lowest` to `highest`, where these are known, in `unit`."""

    higher_is_better: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    unit: Unit | None = Field(default=None, sa_type=String(50))
    lowest: FiniteFloat | None = Field(default=None, sa_type=Float)
    highest: FiniteFloat | None = Field(default=None, sa_type=Float)
    ranks: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": text("false")},
        description="Whether models are ranked by it; results without a metric count as this one's",
    )


class BenchmarkMetric(TimestampMixin, BenchmarkMetricBase, table=True):
    """Of a benchmark's metrics at most one ranks. A report adds a metric that is not known."""

    __tablename__ = "benchmark_metrics"
    __table_args__ = (
        UniqueConstraint("benchmark_id", "name", name="uix_benchmark_metric"),
        Index("uix_benchmark_ranks", "benchmark_id", unique=True, postgresql_where=text("ranks")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    benchmark_id: int = Field(foreign_key="benchmarks.id", ondelete="CASCADE", sa_type=BigInteger)
    name: str = Field(sa_type=String(255))

    benchmark: "Benchmark" = Relationship(back_populates="metrics")


keep_updated_at("benchmark_metrics")


def is_of(event: str, metric: str) -> str:
    """SQL: whether the metric, of the event's benchmark, is the event's: the one it says, or that ranks."""
    return f"{metric}.name = coalesce({event}.metric, CASE WHEN {metric}.ranks THEN {metric}.name END)"


def converted(column: str, said: str = "unit", wanted: str = "metric_unit") -> str:
    """SQL: the value in its metric's unit; null where that cannot be. What has no unit is in the metric's."""
    return f"""CASE WHEN {said} IS NULL OR {wanted} IS NULL OR {said} = {wanted} THEN {column}
            WHEN {said} = 'percent' AND {wanted} = 'fraction' THEN {column} / 100
            WHEN {said} = 'fraction' AND {wanted} = 'percent' THEN {column} * 100 END"""


def fits(event: str, metric: str) -> str:
    """SQL: whether the event's score is in its metric's range, where there is one."""
    score = converted(f"{event}.score", f"{event}.unit", f"{metric}.unit")
    return f"""coalesce({score} BETWEEN coalesce({metric}.lowest, '-Infinity')
            AND coalesce({metric}.highest, 'Infinity'), false)"""
