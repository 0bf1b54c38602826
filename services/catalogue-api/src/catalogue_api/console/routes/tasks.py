"""What is to be done, by whom and until when."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from catalogue_schema.tables import Task, TaskCreate, TaskResponse, TaskUpdate
from catalogue_schema.tables.tasks import Priority, TaskStatus
from catalogue_schema.text import ShortText
from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from catalogue_api.access.accounts import list_people
from catalogue_api.catalogue import entities
from catalogue_api.catalogue.tasks import (
    TaskQuery,
    TodoQuery,
    change_task,
    create_task,
    list_tasks,
    list_todos,
)
from catalogue_api.console.formats import path_of
from catalogue_api.console.forms import Button, form_of
from catalogue_api.console.rendering import Console, Pages
from catalogue_api.console.routing import page_router
from catalogue_api.http.versions import SeenVersion, entity_tag
from catalogue_api.resources import Database

Whose = Literal["all", "mine"]
LISTS: dict[Whose, str] = {"all": "/tasks", "mine": "/tasks/mine"}

router = page_router()


class About(BaseModel):
    """What a new task points at."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["model", "benchmark"] | None = None
    name: ShortText | None = None
    reason: ShortText | None = None
    topic: ShortText | None = None


class TaskForm(TaskUpdate):
    """All that can be changed of a task: a field that is empty is cleared."""

    title: ShortText
    priority: Priority
    status: TaskStatus
    seen: ShortText
    """The version that was changed."""


@router.get("/tasks")
async def tasks(db: Database, console: Console, asked: Annotated[TaskQuery, Query()]) -> Response:
    """Those that are not completed, unless a status is asked for."""
    chosen = asked.status or asked.completed is not None
    wanted = asked if chosen else asked.model_copy(update={"completed": False})
    found = await list_tasks(db, wanted)
    return console.page("tasks.html", tasks=found, asked=asked, whose="all", **await _everywhere(db, console))


@router.get("/tasks/mine")
async def my_tasks(db: Database, console: Console, asked: Annotated[TodoQuery, Query()]) -> Response:
    everywhere = await _everywhere(db, console)
    mine = await list_todos(db, everywhere["me"], asked) if everywhere["me"] else None
    return console.page("tasks.html", tasks=mine, asked=asked, whose="mine", **everywhere)


@router.get("/tasks/new")
async def new_task(db: Database, console: Console, about: Annotated[About, Query()]) -> Response:
    return console.page("task-new.html", about=about, **await _everywhere(db, console))


@router.get("/tasks/{task_id}")
async def task(db: Database, console: Console, task_id: UUID) -> Response:
    row = await entities.find(db, Task, task_id)
    shown, seen = TaskResponse.model_validate(row.model_dump()), entity_tag(row.updated_at)
    return console.page("task.html", task=shown, seen=seen, **await _everywhere(db, console))


@router.post("/tasks")
async def make_task(
    db: Database, console: Console, new: Annotated[TaskCreate, Depends(form_of(TaskCreate))]
) -> Response:
    made = await create_task(db, new)
    console.about(made.id)
    return console.go_to(path_of("tasks", made.id), "The task is made.")


@router.post("/tasks/{task_id}")
async def edit_task(
    db: Database, console: Console, task_id: UUID, form: Annotated[TaskForm, Depends(form_of(TaskForm))]
) -> Response:
    changes = form.model_dump(exclude={"seen", "is_active"})
    await change_task(db, task_id, changes, SeenVersion(form.seen))
    return console.go_to(path_of("tasks", task_id), "The task is changed.")


@router.post("/tasks/{task_id}/change")
async def change_at_once(
    db: Database,
    console: Console,
    task_id: UUID,
    changes: Annotated[TaskUpdate, Depends(form_of(TaskUpdate))],
    of: Whose = "all",
) -> Response:
    """What a button in a list changes, whatever else was changed meanwhile."""
    row = await change_task(db, task_id, changes.model_dump(exclude_unset=True), SeenVersion(None))
    return console.go_to(LISTS[of], f"{row.title}: changed.")


@router.post("/tasks/{task_id}/delete")
async def delete_task(
    db: Database, console: Console, task_id: UUID, _: Annotated[Button, Depends(form_of(Button))]
) -> Response:
    await entities.remove(db, Task, task_id)
    return console.go_to("/tasks", "The task is deleted.")


async def _everywhere(db: AsyncSession, console: Pages) -> dict[str, Any]:
    """What each page of tasks needs: who there is, who asks, and which day it is."""
    me = console.principal.id if console.principal.kind == "user" else None
    people = {person.id: person.name for person in await list_people(db)}
    return {"me": me, "people": people, "today": datetime.now(UTC).date()}
