"""Who is signed in. A session's token is kept nowhere, only its digest."""

from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import DateTime, LargeBinary, Uuid
from sqlmodel import Field

from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.mixins import keep_updated_at


class Session(Entity, table=True):
    __tablename__ = "sessions"

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True, sa_type=Uuid)
    digest: bytes = Field(unique=True, sa_type=LargeBinary)
    expires_at: AwareDatetime = Field(sa_type=DateTime(timezone=True))


keep_updated_at("sessions")
