"""Who did what to what, when and from where: append-only, and without what was in it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, DateTime, Index, String, Uuid, func
from sqlmodel import Field, SQLModel

from catalogue_schema.tables.mixins import now

Actor = Literal["key", "user", "command", "anyone"]


class AuditEntryBase(SQLModel):
    """`actor_id` is a key's or a user's; `target` is the name or id of what was changed, of that `kind`."""

    actor: Actor = Field(sa_type=String(20))
    actor_id: UUID | None = Field(default=None, sa_type=Uuid)
    action: str = Field(sa_type=String(50))
    kind: str = Field(sa_type=String(50))
    target: str | None = Field(default=None, sa_type=String(255))
    address: str | None = Field(default=None, sa_type=String(45))


class AuditEntry(AuditEntryBase, table=True):
    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_target_id", "target", "id"),
        Index("ix_audit_entries_actor_id_id", "actor_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    created_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class AuditEntryResponse(AuditEntryBase):
    id: int
    created_at: datetime
