"""Who may sign in."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import CheckConstraint, Index, String, text
from sqlmodel import Field, SQLModel

from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.mixins import RequestSchema, keep_updated_at
from catalogue_schema.text import EMAIL, ShortText

Role = Literal["reader", "producer", "reviewer", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL),
    AfterValidator(str.lower),
]
"""Spellings that differ in case are one address."""


class UserBase(SQLModel):
    email: Email = Field(sa_type=String(254))
    name: ShortText = Field(sa_type=String(255))
    role: Role = Field(default="reader", sa_type=String(20), sa_column_kwargs={"server_default": "reader"})


class User(UserBase, Entity, table=True):
    __tablename__ = "users"
    __table_args__ = (
        Index("uix_users_email", text("lower(email::text)"), unique=True),
        CheckConstraint(f"role IN ({', '.join(map(repr, ROLES))})", name="known_role"),
    )

    password_hash: str | None = Field(default=None, sa_type=String(255))


keep_updated_at("users")


class UserCreate(UserBase, RequestSchema):
    """An account without a password, until one is set."""


class UserUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is."""

    name: ShortText = Field(default=None)
    role: Role = Field(default=None)
    is_active: bool = Field(default=None)


class UserResponse(UserBase, Entity):
    pass
