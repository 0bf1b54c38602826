"""What a reviewer does on a page stands in the audit as if it had been done through the API."""

from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from support.letters import keep_letters, letter

from .conftest import Send

MODEL = {"name": "lab/a", "organization": "lab"}
ALIAS = {"kind": "model", "alias": "a of lab", "name": "lab/a"}


async def said(client: httpx.AsyncClient) -> list[tuple[str, str, str | None]]:
    """What the audit says, the oldest first."""
    entries = (await client.get("/v1/audit")).json()["items"]
    return [(entry["action"], entry["kind"], entry["target"]) for entry in reversed(entries)]


async def newest(client: httpx.AsyncClient, path: str) -> Any:
    return (await client.get(path)).json()["items"][0]["id"]


async def test_names_stand_in_the_audit_as_through_the_api(browser: httpx.AsyncClient, send: Send) -> None:
    await send("/models", **MODEL)
    await send("/benchmarks", name="B")
    await send("/aliases", **ALIAS)
    alias = await newest(browser, "/v1/aliases")
    await send(f"/aliases/{alias}/delete")
    await send("/bare-name-sources", source="blog")
    await send("/bare-name-sources/delete", source="blog")

    assert await said(browser) == [
        ("create", "models", "lab/a"),
        ("create", "benchmarks", "B"),
        ("create", "aliases", str(alias)),
        ("delete", "aliases", str(alias)),
        ("replace", "bare-name-sources", "blog"),
        ("delete", "bare-name-sources", "blog"),
    ]


async def test_letters_and_tasks_stand_in_the_audit_as_through_the_api(
    browser: httpx.AsyncClient, send: Send, engine: AsyncEngine
) -> None:
    (kept,) = await keep_letters(engine, [letter()])
    await send("/dead-letters/replay", ids=kept, dry_run="true")
    await send("/dead-letters/discard", ids=kept, note="a test's")
    await send("/dead-letters/replay", ids=kept)
    await send("/tasks", title="Look")
    task = await newest(browser, "/v1/tasks")
    await send(f"/tasks/{task}/change", status="completed")
    await send(f"/tasks/{task}/delete")

    assert await said(browser) == [
        ("discard", "dead-letters", None),
        ("replay", "dead-letters", None),
        ("create", "tasks", task),
        ("change", "tasks", task),
        ("delete", "tasks", task),
    ]
