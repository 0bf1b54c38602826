"""What models are used for."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text, Uuid, func
from sqlmodel import Field, Relationship, SQLModel
from uuid_utils.compat import uuid7

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
from catalogue_schema.text import LongText, Name, NewName, ShortText

if TYPE_CHECKING:
    from catalogue_schema.tables.categories import Category
    from catalogue_schema.tables.models import Model


class UseCaseBase(SQLModel):
    use_case: ShortText = Field(sa_type=String(255))
    description: LongText | None = Field(default=None, sa_type=Text)
    mentioned_by: ShortText | None = Field(default=None, sa_type=String(255))


class UseCase(TimestampMixin, UseCaseBase, table=True):
    __tablename__ = "use_cases"
    __table_args__ = (
        event_key("use_cases"),
        Index("ix_use_cases_model_id_id", "model_id", "id"),
        Index("ix_use_cases_category_id_id", "category_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    model_id: int = Field(foreign_key="models.id", ondelete="CASCADE", sa_type=BigInteger)
    # Which event it was; one that was made by hand has an id of its own.
    event_id: UUID = Field(default_factory=uuid7, sa_column_kwargs={"server_default": func.gen_random_uuid()})
    reported: dict[str, Any] | None = reported_column()
    fingerprint: UUID | None = fingerprint_column()
    category_id: UUID | None = Field(
        default=None, foreign_key="categories.id", ondelete="SET NULL", sa_type=Uuid
    )
    producer: UUID | None = producer_column()

    model: "Model" = Relationship(back_populates="use_cases")
    category: "Category" = Relationship(back_populates="use_cases")


keep_updated_at("use_cases")
USE_CASE_COUNTS = keep_counts("use_cases", "use_case_counts", "model")


class UseCaseCreate(UseCaseBase, RequestSchema):
    """A use case of the model of this name."""

    model: Name
    category: NewName | None = None


class UseCaseUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    use_case: ShortText = Field(default=None)
    description: LongText | None = None
    mentioned_by: ShortText | None = None
    category: NewName | None = None


class UseCaseResponse(TimestampMixin, UseCaseBase):
    id: int
    event_id: UUID
    model_id: int
    model: str
    category: str | None
    reported: Reported | None = None
    producer: UUID | None = None
