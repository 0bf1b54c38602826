"""Tasks: work on the catalogue that somebody has to do, such as a name that events wait for."""

from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import FiniteFloat, model_validator
from sqlalchemy import BigInteger, CheckConstraint, DateTime, Float, Index, String, Text, Uuid, text
from sqlmodel import Field, SQLModel

from catalogue_schema.tables.entities import Entity
from catalogue_schema.tables.mixins import RequestSchema, keep_updated_at
from catalogue_schema.text import LongText, NewName, ShortText
from catalogue_schema.times import Date, Time

Priority = Literal["low", "medium", "high"]
TaskStatus = Literal["pending", "in_progress", "completed"]
Hours = Annotated[FiniteFloat, Field(ge=0, le=100_000)]


def _one_of(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values))


class TaskBase(SQLModel):
    """It may point at a name that events wait for, or at dead letters of a reason, topic and time."""

    title: ShortText = Field(sa_type=String(255))
    description: LongText | None = Field(default=None, sa_type=Text)
    priority: Priority = Field(
        default="medium", sa_type=String(20), sa_column_kwargs={"server_default": "medium"}
    )
    status: TaskStatus = Field(
        default="pending", sa_type=String(20), sa_column_kwargs={"server_default": "pending"}
    )
    due_date: Date | None = None
    estimated_hours: Hours | None = Field(default=None, sa_type=Float)
    assigned_to_id: UUID | None = Field(
        default=None, foreign_key="users.id", ondelete="SET NULL", index=True, sa_type=Uuid
    )
    kind: Literal["model", "benchmark"] | None = Field(default=None, sa_type=String(20))
    name: NewName | None = Field(default=None, sa_type=String(255))
    reason: ShortText | None = Field(default=None, sa_type=String(50), max_length=50)
    topic: ShortText | None = Field(default=None, sa_type=String(249), max_length=249)
    since: Time | None = Field(default=None, sa_type=DateTime(timezone=True))


class Task(TaskBase, Entity, table=True):
    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "uix_tasks_open_name",
            "kind",
            "name",
            unique=True,
            postgresql_where=text("status <> 'completed' AND name IS NOT NULL"),
        ),
        Index(
            "uix_tasks_open_reason",
            "reason",
            "topic",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("status <> 'completed' AND reason IS NOT NULL"),
        ),
        Index("ix_tasks_created_at_id", "created_at", "id"),
        CheckConstraint("estimated_hours >= 0", name="positive_estimated_hours"),
        CheckConstraint(f"priority IN ({_one_of(get_args(Priority))})", name="known_priority"),
        CheckConstraint(f"status IN ({_one_of(get_args(TaskStatus))})", name="known_task_status"),
        CheckConstraint(
            "(kind IS NULL) = (name IS NULL) AND (name IS NULL OR reason IS NULL) "
            "AND (reason IS NOT NULL OR (topic IS NULL AND since IS NULL))",
            name="points_at_one",
        ),
    )

    # Letters that waited when its priority was last set by them; null in a task that a person made.
    waiting: int | None = Field(default=None, sa_type=BigInteger)


keep_updated_at("tasks")


class TaskCreate(TaskBase, RequestSchema):
    @model_validator(mode="after")
    def _points_at_one(self) -> Self:
        if (self.kind is None) != (self.name is None):
            raise ValueError("a task points at a name by its kind and name: give both, or neither")
        if self.name is not None and self.reason is not None:
            raise ValueError("a task points at a name or at dead letters: leave name or reason out")
        if self.reason is None and (self.topic is not None or self.since is not None):
            raise ValueError("topic and since say which letters of a reason: give reason, too")
        return self


class TaskUpdate(RequestSchema):
    """A partial update: a field that is left out stays as it is; null clears it, where it may be empty."""

    title: ShortText = Field(default=None)
    description: LongText | None = None
    priority: Priority = Field(default=None)
    status: TaskStatus = Field(default=None)
    due_date: Date | None = None
    estimated_hours: Hours | None = None
    assigned_to_id: UUID | None = None
    is_active: bool = Field(default=None)


class TaskResponse(TaskBase, Entity):
    waiting: int | None
