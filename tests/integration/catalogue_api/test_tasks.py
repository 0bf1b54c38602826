"""Tasks, and what each user has to do."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


@pytest.fixture
async def user(engine: AsyncEngine) -> str:
    async with engine.begin() as connection:
        made = "INSERT INTO users (email, name) VALUES ('zoe@example.org', 'Zoë') RETURNING id"
        return str((await connection.execute(text(made))).scalar_one())


async def titles(api: httpx.AsyncClient, path: str = "/v1/tasks", **filters: Any) -> list[str]:
    page = (await api.get(path, params=filters)).raise_for_status().json()
    return [task["title"] for task in page["items"]]


async def test_a_task_is_assigned_done_and_gone(api: httpx.AsyncClient, user: str) -> None:
    body = {"title": "Look", "due_date": "2020-01-01", "estimated_hours": 0.5, "assigned_to_id": user}
    created = await api.post("/v1/tasks", json=body)
    assert created.status_code == httpx.codes.CREATED
    path, todos = created.headers["Location"], f"/v1/users/{user}/todos"
    (await api.post("/v1/tasks", json={"title": "Other", "priority": "high"})).raise_for_status()
    assert (await api.get(path)).json().items() >= body.items()
    assert await titles(api) == ["Other", "Look"]
    assert await titles(api, priority="high") == ["Other"]
    assert await titles(api, assigned_to=user) == await titles(api, todos) == ["Look"]
    assert await titles(api, overdue=True) == await titles(api, todos, overdue=True) == ["Look"]
    assert await titles(api, overdue=False) == ["Other"]

    (await api.patch(path, json={"status": "completed"})).raise_for_status()
    assert await titles(api, todos) == await titles(api, overdue=True) == []
    assert await titles(api, status="completed") == await titles(api, completed=True) == ["Look"]
    assert await titles(api, completed=False) == ["Other"]
    assert (await api.delete(path)).status_code == httpx.codes.NO_CONTENT
    assert (await api.get(path)).status_code == httpx.codes.NOT_FOUND


async def test_lists_go_on_by_their_cursor(api: httpx.AsyncClient) -> None:
    for number in range(3):
        (await api.post("/v1/tasks", json={"title": str(number)})).raise_for_status()
    page = (await api.get("/v1/tasks", params={"limit": 2})).json()
    assert [task["title"] for task in page["items"]] == ["2", "1"]
    assert await titles(api, limit=2, cursor=page["next_cursor"]) == ["0"]


async def test_a_task_outlives_its_user(api: httpx.AsyncClient, user: str, engine: AsyncEngine) -> None:
    created = await api.post("/v1/tasks", json={"title": "Look", "assigned_to_id": user})
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM users"))
    assert (await api.get(created.headers["Location"])).json()["assigned_to_id"] is None
    assert (await api.get(f"/v1/users/{user}/todos")).status_code == httpx.codes.NOT_FOUND


async def test_one_open_task_a_name_and_a_reason(api: httpx.AsyncClient) -> None:
    for about in ({"kind": "model", "name": "lab/x"}, {"reason": "invalid"}):
        created = await api.post("/v1/tasks", json={"title": "Look", **about})
        assert created.status_code == httpx.codes.CREATED, created.text
        assert (await api.post("/v1/tasks", json={"title": "2", **about})).status_code == httpx.codes.CONFLICT
        path = created.headers["Location"]
        (await api.patch(path, json={"status": "completed"})).raise_for_status()
        (await api.post("/v1/tasks", json={"title": "2", **about})).raise_for_status()
        reopened = await api.patch(path, json={"status": "pending"})
        assert reopened.status_code == httpx.codes.CONFLICT


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 256},
        {"estimated_hours": -1},
        {"assigned_to_id": str(uuid4())},
        {"kind": "model"},
        {"kind": "model", "name": "x", "reason": "invalid"},
        {"topic": "t"},
        {"priority": "urgent"},
    ],
)
async def test_a_task_that_cannot_be_is_refused(api: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    answer = await api.post("/v1/tasks", json={"title": "Look", **wrong})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
