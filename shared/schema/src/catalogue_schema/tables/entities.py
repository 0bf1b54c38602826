"""What users, keys, tasks, tags and categories have in common."""

from uuid import UUID

from sqlalchemy import Boolean, Uuid, func, true
from sqlmodel import Field
from uuid_utils.compat import uuid7

from catalogue_schema.tables.mixins import TimestampMixin


class Entity(TimestampMixin):
    """A UUID, timestamps, and whether it is still in use: what was left is kept for what points to it."""

    id: UUID = Field(
        default_factory=uuid7,
        primary_key=True,
        sa_type=Uuid,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )
    is_active: bool = Field(default=True, sa_type=Boolean, sa_column_kwargs={"server_default": true()})
