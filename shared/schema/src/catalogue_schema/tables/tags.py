"""Tags, of many models each, of which each model has many."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import BigInteger, Index, String, Uuid
from sqlmodel import Field, Relationship, SQLModel

from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.mixins import RequestSchema, keep_updated_at
from catalogue_schema.text import NewName

if TYPE_CHECKING:
    from catalogue_schema.tables.models import Model

MOST_TAGS = 50
"""Tags of one model, and in one filter."""
TagName = Annotated[NewName, StringConstraints(max_length=100)]
"""Matched exactly, case included, as other names."""


class ModelTag(SQLModel, table=True):
    __tablename__ = "model_tags"
    __table_args__ = (Index("ix_model_tags_tag_id_model_id", "tag_id", "model_id"),)

    model_id: int = Field(foreign_key="models.id", ondelete="CASCADE", primary_key=True, sa_type=BigInteger)
    tag_id: UUID = Field(foreign_key="tags.id", ondelete="CASCADE", primary_key=True, sa_type=Uuid)


class TagBase(SQLModel):
    name: TagName = Field(sa_type=String(100), unique=True, index=True)


class Tag(TagBase, Entity, table=True):
    __tablename__ = "tags"

    models: list["Model"] = Relationship(back_populates="tags", link_model=ModelTag, passive_deletes=True)


keep_updated_at("tags")


class TagCreate(TagBase, RequestSchema):
    pass


class TagUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is."""

    name: TagName = Field(default=None)
    is_active: bool = Field(default=None)


class TagResponse(TagBase, Entity):
    pass
