"""Opinions about models."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from annotated_types import MaxLen
from sqlalchemy import ARRAY, DDL, BigInteger, CheckConstraint, Column, Index, String, Text, event, func
from sqlalchemy import Date as SqlDate
from sqlmodel import Field, Relationship, SQLModel
from uuid_utils.compat import uuid7

from catalogue_schema.sentiment import SENTIMENTS, Sentiment
from catalogue_schema.tables.counts import keep_counts
from catalogue_schema.tables.mixins import (
    RequestSchema,
    TimestampMixin,
    event_key,
    fingerprint_column,
    keep_updated_at,
    producer_column,
)
from catalogue_schema.tables.reported import Reported, reported_column
from catalogue_schema.text import LongText, ShortText, Tag
from catalogue_schema.times import Date

if TYPE_CHECKING:
    from catalogue_schema.tables.models import Model

Tags = Annotated[list[Tag], MaxLen(32)]


class OpinionBase(SQLModel):
    model_id: int = Field(foreign_key="models.id", ondelete="CASCADE", sa_type=BigInteger)
    content: LongText = Field(sa_type=Text)
    sentiment: Sentiment | None = Field(default=None, sa_type=String(50))
    source: ShortText | None = Field(default=None, sa_type=String(255))
    author: ShortText | None = Field(default=None, sa_type=String(255))
    date_published: Date | None = None
    tags: Tags | None = Field(default=None, sa_type=ARRAY(Text))


class ClassifiedMixin(SQLModel):
    """Which event it was and, where a classifier judged it, which one and how sure it was."""

    event_id: UUID = Field(default_factory=uuid7, sa_column_kwargs={"server_default": func.gen_random_uuid()})
    sentiment_confidence: float | None = None
    classifier: str | None = Field(default=None, sa_type=String(100))


class Opinion(TimestampMixin, ClassifiedMixin, OpinionBase, table=True):
    __tablename__ = "opinions"
    __table_args__ = (
        event_key("opinions"),
        CheckConstraint(f"sentiment IN ({', '.join(map(repr, SENTIMENTS))})", name="ck_opinions_sentiment"),
        # Each filter alone, the newest first; and several at once. Authors, who are many, and sentiments,
        # which are few and so never narrow, stay out: each costs the sink a third of its speed.
        Index("ix_opinions_model_id_id", "model_id", "id"),
        Index("ix_opinions_source_id", "source", "id"),
        Index("ix_opinions_author_id", "author", "id"),
        Index("ix_opinions_date_published_id", "date_published", "id"),
        Index(
            "ix_opinions_filters",
            *("model_id", "source", "tags"),
            postgresql_using="gin",
            # In kB. What waits to be merged is read by every query: 4 MB, the default, would cost it 5 ms.
            postgresql_with={"gin_pending_list_limit": 1024},
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    reported: dict[str, Any] | None = reported_column()
    fingerprint: UUID | None = fingerprint_column()
    producer: UUID | None = producer_column()

    model: "Model" = Relationship(back_populates="opinions")


keep_updated_at("opinions")
MONTH = "date_trunc('month', coalesce(date_published, created_at AT TIME ZONE 'UTC'))::date"
"""SQL: the first day of the month in which an opinion was published, as far as is known, or else came."""
OPINION_COUNTS = keep_counts(
    "opinions",
    "opinion_counts",
    "model",
    Column("sentiment", String(50)),
    Column("month", SqlDate, nullable=False, info={"of": MONTH}),
)
# For numbers and text in a GIN index.
event.listen(
    SQLModel.metadata.tables["opinions"],
    "before_create",
    DDL("CREATE EXTENSION IF NOT EXISTS btree_gin"),  # type: ignore[no-untyped-call]
)


class OpinionCreate(OpinionBase, RequestSchema):
    pass


class OpinionUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    content: LongText = Field(default=None)
    sentiment: Sentiment | None = None
    source: ShortText | None = None
    author: ShortText | None = None
    date_published: Date | None = None
    tags: Tags | None = None


class OpinionResponse(TimestampMixin, ClassifiedMixin, OpinionBase):
    id: int
    model: str
    reported: Reported | None = None
    producer: UUID | None = None
