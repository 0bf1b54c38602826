"""Events that were taken back."""

from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, DateTime, String, func
from sqlmodel import Field, SQLModel

from catalogue_schema.tables.mixins import event_key, fingerprint_column, now, producer_column


class RetractionBase(SQLModel):
    event_id: UUID
    occurred_at: AwareDatetime = Field(sa_type=DateTime(timezone=True))
    # Looked up for each event that is recorded, which it may have come before.
    retracts: UUID = Field(index=True)
    reason: str = Field(sa_type=String(255))


class Retraction(RetractionBase, table=True):
    __tablename__ = "retractions"
    __table_args__ = (event_key("retractions"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    created_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    fingerprint: UUID | None = fingerprint_column()
    producer: UUID | None = producer_column()


class RetractionResponse(RetractionBase):
    id: int
    created_at: AwareDatetime
    producer: UUID | None = None
