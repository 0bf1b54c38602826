"""Benchmarks."""

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Index, String, Text, literal_column, text
from sqlmodel import Field, Relationship, SQLModel

from catalogue_schema.tables.mixins import RequestSchema, TimestampMixin, keep_updated_at
from catalogue_schema.text import LongText, Name, NewName, Tag, Url

if TYPE_CHECKING:
    from catalogue_schema.tables.metrics import BenchmarkMetric
    from catalogue_schema.tables.results import BenchmarkResult


class BenchmarkBase(SQLModel):
    name: Name = Field(sa_type=String(255), unique=True, index=True)
    category: Tag | None = Field(default=None, sa_type=String(100), index=True)
    description: LongText | None = Field(default=None, sa_type=Text)
    # Unbounded, for what is there: what is sent is bounded below.
    url: str | None = Field(default=None, sa_type=String(500))


class Benchmark(TimestampMixin, BenchmarkBase, table=True):
    __tablename__ = "benchmarks"
    __table_args__ = (
        Index("ix_benchmarks_normal_name", text("normal_name(name::text)")),
        Index(
            "ix_benchmarks_similar",
            literal_column("normal_name(name::text)").label("normal_name"),
            postgresql_using="gist",
            postgresql_ops={"normal_name": "gist_trgm_ops"},
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)

    results: list["BenchmarkResult"] = Relationship(
        back_populates="benchmark", cascade_delete=True, passive_deletes=True
    )
    metrics: list["BenchmarkMetric"] = Relationship(
        back_populates="benchmark", cascade_delete=True, passive_deletes=True
    )


keep_updated_at("benchmarks")


class BenchmarkCreate(BenchmarkBase, RequestSchema):
    name: NewName
    url: Url | None = None


class BenchmarkUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    name: NewName = Field(default=None)
    category: Tag | None = None
    description: LongText | None = None
    url: Url | None = None


class BenchmarkResponse(TimestampMixin, BenchmarkBase):
    id: int
