"""Categories, each of many use cases."""

from typing import TYPE_CHECKING

from sqlalchemy import String, Text
from sqlmodel import Field, Relationship, SQLModel

from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.mixins import RequestSchema, keep_updated_at
from catalogue_schema.text import LongText, NewName

if TYPE_CHECKING:
    from catalogue_schema.tables.use_cases import UseCase


class CategoryBase(SQLModel):
    name: NewName = Field(sa_type=String(255), unique=True, index=True)
    description: LongText | None = Field(default=None, sa_type=Text)


class Category(CategoryBase, Entity, table=True):
    """Use cases outlive it, without a category."""

    __tablename__ = "categories"

    use_cases: list["UseCase"] = Relationship(back_populates="category", passive_deletes="all")


keep_updated_at("categories")


class CategoryCreate(CategoryBase, RequestSchema):
    pass


class CategoryUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    name: NewName = Field(default=None)
    description: LongText | None = None
    is_active: bool = Field(default=None)


class CategoryResponse(CategoryBase, Entity):
    pass
