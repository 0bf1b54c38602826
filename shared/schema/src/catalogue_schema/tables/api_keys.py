"""Keys by which programs are known. A key itself is kept nowhere, only its digest."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import DateTime, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.mixins import RequestSchema, keep_updated_at
from catalogue_schema.text import ShortText

Scope = Literal[
    "events:write",
    "read",
    "reference:write",
    "reference:delete",
    "dead-letters:write",
    "tasks:write",
    "privacy:erase",
    "admin",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a key or a role may be allowed; `admin` allows all."""


class ApiKeyBase(SQLModel):
    name: ShortText = Field(sa_type=String(255))
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))] = Field(sa_type=ARRAY(Text))
    expires_at: AwareDatetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class ApiKey(ApiKeyBase, Entity, table=True):
    """`previous_digest` is that of the key before its rotation, which holds until `previous_ends_at`."""

    __tablename__ = "api_keys"

    digest: bytes = Field(sa_type=LargeBinary)
    last_four: str = Field(sa_type=String(4))
    previous_digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    previous_ends_at: AwareDatetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    last_used_at: AwareDatetime | None = Field(default=None, sa_type=DateTime(timezone=True))


# That it was used is no change of it.
keep_updated_at("api_keys", but_for="last_used_at")


class ApiKeyCreate(ApiKeyBase, RequestSchema):
    pass


class ApiKeyResponse(ApiKeyBase):
    id: UUID
    last_four: str
    is_active: bool
    previous_ends_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime
