"""AI models."""

import re
from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, ConfigDict, model_validator
from pydantic_core import to_json
from sqlalchemy import BigInteger, Index, String, Text, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship, SQLModel

from catalogue_schema.tables.mixins import RequestSchema, TimestampMixin, keep_updated_at
from catalogue_schema.tables.tags import MOST_TAGS, ModelTag, Tag, TagName
from catalogue_schema.text import LongText, Name, NewName, ShortText
from catalogue_schema.times import Date

if TYPE_CHECKING:
    from catalogue_schema.tables.opinions import Opinion
    from catalogue_schema.tables.prices import ModelPrice
    from catalogue_schema.tables.results import BenchmarkResult
    from catalogue_schema.tables.use_cases import UseCase


MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_VALUES = 1_000
"""What a model's metadata may have: bytes as JSON, levels, and fields and elements in all."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _bounded(metadata: dict[str, Any]) -> dict[str, Any]:
    """`metadata` itself. Raises ValueError where it is too much, or PostgreSQL's jsonb could not hold it."""
    if sum(1 for _ in _values(metadata)) > MAX_VALUES:
        raise ValueError(f"has over {MAX_VALUES:,} fields and elements")
    if len(to_json(metadata)) > MAX_BYTES:
        raise ValueError(f"is over {MAX_BYTES:,} bytes as JSON")
    return metadata


def _values(value: Any, depth: int = 1) -> Iterator[Any]:
    """The keys, values and elements inside."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("holds a number that is not finite")
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise ValueError("holds a NUL character or half of a surrogate pair")
    if isinstance(value, dict | list) and depth > MAX_DEPTH:
        raise ValueError(f"is nested more than {MAX_DEPTH} deep")
    inside = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    for part in inside if isinstance(inside, list) else ():
        yield part
        yield from _values(part, depth + 1)


Metadata = Annotated[dict[str, Any], AfterValidator(_bounded)]


class ModelBase(SQLModel):
    # `metadata` is taken by SQLAlchemy, so the attribute is `metadata_` and the JSON field `metadata`.
    model_config = ConfigDict(populate_by_name=True)  # type: ignore[assignment]

    name: Name = Field(sa_type=String(255), unique=True, index=True)
    display_name: ShortText | None = Field(default=None, sa_type=String(255))
    organization: ShortText = Field(sa_type=String(255))
    release_date: Date | None = None
    description: LongText | None = Field(default=None, sa_type=Text)
    license: ShortText | None = Field(default=None, sa_type=String(255))
    # Unbounded, for what is there: what is sent is bounded below.
    metadata_: dict[str, Any] | None = Field(
        default=None,
        alias="metadata",
        sa_type=JSONB(none_as_null=True),
        sa_column_kwargs={"name": "metadata"},
    )

    @model_validator(mode="before")
    @classmethod
    def _by_field_name(cls, data: Any) -> Any:
        # Of an object Pydantic would read the attribute that the alias names, which is SQLAlchemy's.
        return data.model_dump() if isinstance(data, SQLModel) else data


class ModelLife(SQLModel):
    """Until when it is offered, and what takes its place: a name, of a model that need not be here yet."""

    deprecation_date: Date | None = None
    successor: NewName | None = Field(default=None, sa_type=String(255))


class _WithId(TimestampMixin, ModelBase):
    """The columns that stand before the model's life."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)


class Model(ModelLife, _WithId, table=True):
    __tablename__ = "models"
    __table_args__ = (
        Index("ix_models_normal_name", text("normal_name(name::text)")),
        Index("ix_models_bare_name", text("bare_name(name::text)")),
        Index(
            "ix_models_similar",
            literal_column("normal_name(name::text)").label("normal_name"),
            postgresql_using="gist",
            postgresql_ops={"normal_name": "gist_trgm_ops"},
        ),
    )

    benchmark_results: list["BenchmarkResult"] = Relationship(
        back_populates="model", cascade_delete=True, passive_deletes=True
    )
    opinions: list["Opinion"] = Relationship(
        back_populates="model", cascade_delete=True, passive_deletes=True
    )
    use_cases: list["UseCase"] = Relationship(
        back_populates="model", cascade_delete=True, passive_deletes=True
    )
    prices: list["ModelPrice"] = Relationship(
        back_populates="model", cascade_delete=True, passive_deletes=True
    )
    tags: list[Tag] = Relationship(back_populates="models", link_model=ModelTag, passive_deletes=True)


keep_updated_at("models")


class ModelCreate(ModelLife, ModelBase, RequestSchema):
    name: NewName
    metadata_: Metadata | None = Field(default=None, alias="metadata")
    # Not `tags`: a row that is made of this would take them for its own, which are rows.
    tag_names: list[TagName] | None = Field(
        default=None,
        alias="tags",
        max_length=MOST_TAGS,
        description="Names of tags; left out or null, they stay as they are",
    )


class ModelUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    name: NewName = Field(default=None)
    display_name: ShortText | None = None
    organization: ShortText = Field(default=None)
    release_date: Date | None = None
    description: LongText | None = None
    license: ShortText | None = None
    metadata_: Metadata | None = Field(default=None, alias="metadata")
    deprecation_date: Date | None = None
    successor: NewName | None = None
    tags: list[TagName] | None = Field(
        default=None, max_length=MOST_TAGS, description="All its tags by name; left out or null, they stay"
    )


class ModelResponse(TimestampMixin, ModelLife, ModelBase):
    id: int
    tags: list[str] = []
