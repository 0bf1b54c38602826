"""Tasks of people: lists, and what is to be checked of one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from catalogue_schema.tables import Task, TaskCreate, TaskResponse, User
from catalogue_schema.tables.tasks import Priority, TaskStatus
from catalogue_schema.times import Time
from pydantic import Field, TypeAdapter
from sqlalchemy import ColumnElement, not_, select, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue import entities
from catalogue_api.catalogue.paging import Page, PageQuery, fetch_page
from catalogue_api.catalogue.statements import equal, execute, table_of
from catalogue_api.http.problems import FieldError, Invalid, NotFound
from catalogue_api.http.versions import SeenVersion

BY_TIME = TypeAdapter(tuple[str, Time, UUID])
TAKEN = "There is an open task about this already: GET /v1/tasks lists those that there are."


class TodoQuery(PageQuery):
    priority: Priority | None = None
    overdue: Annotated[bool | None, Field(description="Due before today, in UTC, and not completed")] = None


class TaskQuery(TodoQuery):
    status: TaskStatus | None = None
    completed: Annotated[bool | None, Field(description="Whether it is completed")] = None
    assigned_to: Annotated[UUID | None, Field(description="The id of a user")] = None


async def list_tasks(db: AsyncSession, query: TaskQuery) -> Page[TaskResponse]:
    """The newest first."""
    wanted = equal((col(Task.status), query.status), (col(Task.assigned_to_id), query.assigned_to))
    if query.completed is not None:
        is_completed = col(Task.status) == "completed"
        wanted.append(is_completed if query.completed else not_(is_completed))
    return await _page(db, query, wanted)


async def list_todos(db: AsyncSession, user_id: UUID, query: TodoQuery) -> Page[TaskResponse]:
    """What the user has still to do, the newest first. Raises NotFound."""
    if await _is_active(db, user_id) is None:
        raise NotFound(f"There is no user {user_id}.")
    wanted = [col(Task.assigned_to_id) == user_id, col(Task.status) != "completed"]
    return await _page(db, query, wanted, str(user_id))


async def create_task(db: AsyncSession, new: TaskCreate) -> Task:
    """Raises Invalid for a user who is not there, and Conflict where a task about the same is open."""
    await _require_user(db, new.assigned_to_id)
    return await entities.create(db, Task(**new.model_dump()), TAKEN)


async def change_task(db: AsyncSession, task_id: UUID, changes: Mapping[str, Any], seen: SeenVersion) -> Task:
    """Raises NotFound, PreconditionFailed, Invalid or Conflict."""
    row = await entities.find(db, Task, task_id, for_update=True)
    await _require_user(db, changes.get("assigned_to_id"))
    return await entities.change(db, row, changes, seen, TAKEN)


async def _page(
    db: AsyncSession, query: TodoQuery, wanted: list[ColumnElement[bool]], of: str = ""
) -> Page[TaskResponse]:
    table = table_of(Task)
    place = tuple_(table.c.created_at, table.c.id)
    statement = select(table).where(*wanted, *equal((table.c.priority, query.priority)))
    if query.overdue is not None:
        late = (table.c.due_date < datetime.now(UTC).date()) & (table.c.status != "completed")
        statement = statement.where(late.is_(True) if query.overdue else not_(late.is_(True)))
    after = query.after(BY_TIME, of)
    if after is not None:
        statement = statement.where(place < tuple_(*after[1:]))
    ordered = statement.order_by(table.c.created_at.desc(), table.c.id.desc())
    rows, cursor = await fetch_page(
        db, ordered, query.limit, lambda row: (query.list_id(of), row["created_at"], row["id"])
    )
    return Page(items=[TaskResponse.model_validate(row) for row in rows], next_cursor=cursor)


async def _is_active(db: AsyncSession, user_id: UUID) -> bool | None:
    """None where there is no such user."""
    statement = select(col(User.is_active)).where(col(User.id) == user_id)
    return (await execute(db, statement)).scalar_one_or_none()


async def _require_user(db: AsyncSession, user_id: UUID | None) -> None:
    if user_id is not None and not await _is_active(db, user_id):
        raise Invalid([FieldError(pointer="/assigned_to_id", reason=f"there is no active user {user_id}")])
