"""Columns that most tables share, and the trigger that keeps `updated_at`."""

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, ConfigDict
from sqlalchemy import DDL, DateTime, FetchedValue, UniqueConstraint, Uuid, event, func
from sqlmodel import Field, SQLModel

# clock_timestamp(), not now(): two updates in one transaction are two moments.
SET_UPDATED_AT = """
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = clock_timestamp();
    RETURN NEW;
END $$
"""


def now() -> datetime:
    return datetime.now(UTC)


class TimestampMixin(SQLModel):
    """`created_at` and `updated_at`, in UTC; a database trigger moves `updated_at` when a row changes."""

    # RETURNING brings back what the trigger wrote, so that no attribute is left to be loaded later.
    __mapper_args__ = {"eager_defaults": True}

    created_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    updated_at: AwareDatetime = Field(
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now(), "server_onupdate": FetchedValue()},
    )


def fingerprint_column() -> Any:
    """A digest of the event's content, by which a repeat is told from another event under its id.

    Null in rows that no event made, and in those from before it was kept.
    """
    return Field(default=None, sa_type=Uuid)


def producer_column() -> Any:
    """Whose event it is: the id of the key or user that sent it.

    Null where nobody was asked who they are: such an event is everybody's.
    """
    return Field(default=None, sa_type=Uuid)


def event_key(table: str) -> UniqueConstraint:
    """An event's id is its producer's own: of two producers it is two events."""
    return UniqueConstraint(
        "event_id", "producer", name=f"uix_{table}_event", postgresql_nulls_not_distinct=True
    )


class RequestSchema(SQLModel):
    """What a client sends: a field that is not named is an error."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)  # type: ignore[assignment]


def keep_updated_at(table_name: str, but_for: str | None = None) -> None:
    """Create the trigger whenever the table is created from the metadata; migrations create their own.

    A change of the column `but_for` is none.
    """
    changed = "OLD.* IS DISTINCT FROM NEW.*"
    if but_for is not None:
        changed += f" AND OLD.{but_for} IS NOT DISTINCT FROM NEW.{but_for}"
    trigger = (
        f"CREATE TRIGGER set_updated_at BEFORE UPDATE ON {table_name} "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION set_updated_at()"
    )
    for statement in (SET_UPDATED_AT, trigger):
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(SQLModel.metadata.tables[table_name], "after_create", ddl)
