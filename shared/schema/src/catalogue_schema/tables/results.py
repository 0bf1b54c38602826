"""Benchmark results: the one that stands for each model, benchmark, date and variant, and every report."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import AwareDatetime, FiniteFloat
from sqlalchemy import BigInteger, DateTime, Index, String, UniqueConstraint, Uuid, func, text
from sqlmodel import Field, Relationship, SQLModel
from uuid_utils.compat import uuid7

from catalogue_schema.tables.counts import keep_counts
from catalogue_schema.tables.measures import Measures, create_variant_of, variant_column
from catalogue_schema.tables.mixins import (
    RequestSchema,
    TimestampMixin,
    event_key,
    fingerprint_column,
    keep_updated_at,
    now,
    producer_column,
)
from catalogue_schema.tables.reported import Reported, reported_column
from catalogue_schema.text import ShortText
from catalogue_schema.times import Date

if TYPE_CHECKING:
    from catalogue_schema.tables.benchmarks import Benchmark
    from catalogue_schema.tables.models import Model


class BenchmarkResultBase(SQLModel):
    model_id: int = Field(foreign_key="models.id", ondelete="CASCADE", sa_type=BigInteger)
    benchmark_id: int = Field(foreign_key="benchmarks.id", ondelete="CASCADE", sa_type=BigInteger)
    score: FiniteFloat
    date_tested: Date | None = None
    source: ShortText | None = Field(default=None, sa_type=String(255))


class ReportedMixin(SQLModel):
    """Which event it was, and when that happened: of two for one date, the later `occurred_at` stands."""

    event_id: UUID = Field(default_factory=uuid7, sa_column_kwargs={"server_default": func.gen_random_uuid()})
    occurred_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class _WithId(TimestampMixin, ReportedMixin, BenchmarkResultBase):
    """The columns that stand before the measures."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    reported: dict[str, Any] | None = reported_column()


class BenchmarkResult(Measures, _WithId, table=True):
    __tablename__ = "benchmark_results"
    __table_args__ = (
        event_key("benchmark_results"),
        UniqueConstraint(
            "model_id",
            "benchmark_id",
            "date_tested",
            "variant",
            name="uix_model_benchmark_date",
            postgresql_nulls_not_distinct=True,
        ),
        # Each filter alone, the newest first.
        Index("ix_benchmark_results_model_id_id", "model_id", "id"),
        Index("ix_benchmark_results_benchmark_id_id", "benchmark_id", "id"),
        Index("ix_benchmark_results_source_id", "source", "id"),
        Index("ix_benchmark_results_date_tested_id", "date_tested", "id"),
        # Of each model the latest result, without a look at those before it.
        Index(
            "ix_benchmark_results_latest",
            "benchmark_id",
            "model_id",
            text("date_tested DESC NULLS LAST"),
            text("occurred_at DESC"),
        ),
    )

    # Its report's: a trigger's condition may not look at a generated column.
    variant: UUID | None = Field(default=None, sa_type=Uuid)
    producer: UUID | None = producer_column()

    model: "Model" = Relationship(back_populates="benchmark_results")
    benchmark: "Benchmark" = Relationship(back_populates="results")


keep_updated_at("benchmark_results")
RESULT_COUNTS = keep_counts("benchmark_results", "result_counts", "model", "benchmark")
Index("ix_result_counts_benchmark_id", RESULT_COUNTS.c.benchmark_id)


class _Report(ReportedMixin, BenchmarkResultBase):
    """The columns that stand before the measures."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    created_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    reported: dict[str, Any] | None = reported_column()
    fingerprint: UUID | None = fingerprint_column()


class ResultReport(Measures, _Report, table=True):
    """An accepted report, as it came; never changed. A repeat of its event is known by it."""

    __tablename__ = "result_reports"
    __table_args__ = (
        event_key("result_reports"),
        Index("ix_result_reports_model_id", "model_id"),
        # Of each model the reports of a benchmark, the latest first.
        Index(
            "ix_result_reports_latest",
            "benchmark_id",
            "model_id",
            text("date_tested DESC NULLS LAST"),
            text("occurred_at DESC"),
        ),
    )

    variant: UUID | None = variant_column()
    producer: UUID | None = producer_column()


create_variant_of("result_reports")


class BenchmarkResultCreate(BenchmarkResultBase, RequestSchema):
    pass


class BenchmarkResultUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    score: FiniteFloat = Field(default=None)
    date_tested: Date | None = None
    source: ShortText | None = None


class BenchmarkResultResponse(TimestampMixin, ReportedMixin, Measures, BenchmarkResultBase):
    id: int | None = Field(description="Null for a report that stood as of some day, and no longer does")
    model: str
    benchmark: str
    reported: Reported | None = None
    producer: UUID | None = None
