from typing import Annotated
from uuid import UUID

from catalogue_schema.tables import Task, TaskCreate, TaskResponse, TaskUpdate
from fastapi import APIRouter, Query, Response

from catalogue_api.catalogue import entities
from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.tasks import (
    TaskQuery,
    TodoQuery,
    change_task,
    create_task,
    list_tasks,
    list_todos,
)
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.http.versions import Seen, entity_tag
from catalogue_api.resources import Database

router = APIRouter(prefix="/v1", tags=["tasks"], route_class=JsonRoute)


@router.post("/tasks", status_code=201, summary="Create a task")
async def post_task(db: Database, new: TaskCreate, response: Response) -> TaskResponse:
    """409 where a task about the same name, or the same reason and topic, is open. A task that points at a
    name or at dead letters is completed by itself once none of them waits.
    """
    row = await create_task(db, new)
    response.headers["Location"] = f"/v1/tasks/{row.id}"
    return TaskResponse.model_validate(row.model_dump())


@router.get("/tasks", summary="List tasks, newest first")
async def get_tasks(db: Database, query: Annotated[TaskQuery, Query()]) -> Page[TaskResponse]:
    return await list_tasks(db, query)


@router.get("/tasks/{task_id}", summary="A task")
async def get_task(db: Database, task_id: UUID, response: Response) -> TaskResponse:
    row = await entities.find(db, Task, task_id)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return TaskResponse.model_validate(row.model_dump())


@router.patch("/tasks/{task_id}", summary="Change some of a task's fields")
async def patch_task(
    db: Database, task_id: UUID, changes: TaskUpdate, seen: Seen, response: Response
) -> TaskResponse:
    """A field that is left out stays as it is; null clears it."""
    row = await change_task(db, task_id, changes.model_dump(exclude_unset=True), seen)
    response.headers["ETag"] = entity_tag(row.updated_at)
    return TaskResponse.model_validate(row.model_dump())


@router.delete("/tasks/{task_id}", status_code=204, summary="Delete a task")
async def delete_task(db: Database, task_id: UUID) -> None:
    await entities.remove(db, Task, task_id)


@router.get("/users/{user_id}/todos", summary="A user's tasks that are not completed, newest first")
async def get_todos(db: Database, user_id: UUID, query: Annotated[TodoQuery, Query()]) -> Page[TaskResponse]:
    return await list_todos(db, user_id, query)
