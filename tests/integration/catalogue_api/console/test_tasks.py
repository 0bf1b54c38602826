"""Tasks: whose they are, until when, and what they are about."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from catalogue_schema.tables.users import Role
from support.access import make_user

from .conftest import Send, SignIn, follow

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


async def only_task(client: httpx.AsyncClient) -> dict[str, Any]:
    (task,) = (await client.get("/v1/tasks")).json()["items"]
    found: dict[str, Any] = task
    return found


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1].replace("&#34;", '"')


async def test_a_task_is_made_assigned_and_marked_when_it_is_late(
    browser: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    user = await make_user(database_url, "reviewer")
    form = {
        "title": "Look <b>here</b>",
        "priority": "high",
        "due_date": YESTERDAY,
        "assigned_to_id": str(user.id),
    }
    page = await follow(browser, await send("/tasks", **form, description=""))
    assert "Look &lt;b&gt;here" in page.text
    assert f'{YESTERDAY} <span class="label bad">overdue</span>' in page.text
    assert "<dd>Test</dd>" in page.text

    for query in ("", "?overdue=true", "?priority=high", f"?assigned_to={user.id}"):
        assert "Look &lt;b&gt;" in (await browser.get(f"/tasks{query}")).text, query
    for query in ("?priority=low", "?status=completed"):
        assert "No task is like that." in (await browser.get(f"/tasks{query}")).text, query


async def test_a_task_is_changed_whole_and_an_empty_field_is_cleared(
    browser: httpx.AsyncClient, send: Send
) -> None:
    made = await follow(
        browser, await send("/tasks", title="Look", due_date=YESTERDAY, description="More\nof it")
    )
    form = {"title": "Looked", "priority": "low", "status": "in_progress", "due_date": "", "description": ""}
    seen = hidden(made, "seen")
    await follow(browser, await send(made.url.path, **form, seen=seen))

    task = await only_task(browser)
    changed = {"title": "Looked", "status": "in_progress", "due_date": None, "description": None}
    assert task.items() >= changed.items()
    stale = await send(made.url.path, **form | {"title": "Again"}, seen=seen)
    assert stale.status_code == httpx.codes.PRECONDITION_FAILED
    assert "It was changed after you read it" in stale.text
    assert (await only_task(browser))["title"] == "Looked"


async def test_what_is_done_leaves_the_list_and_can_be_opened_again(
    browser: httpx.AsyncClient, send: Send
) -> None:
    made = await follow(browser, await send("/tasks", title="Look"))
    done = await follow(browser, await send(f"{made.url.path}/change", status="completed"))
    assert "There is nothing to do." in done.text

    completed = await browser.get("/tasks?status=completed")
    assert "Open again</button>" in completed.text
    again = await follow(browser, await send(f"{made.url.path}/change", status="pending"))
    assert "Done</button>" in again.text
    gone = await follow(browser, await send(f"{made.url.path}/delete"))
    assert "The task is deleted." in gone.text
    assert (await browser.get(made.url.path)).status_code == httpx.codes.NOT_FOUND


async def test_mine_are_those_of_who_is_signed_in(
    guarded_browser: httpx.AsyncClient, sign_in_as: SignIn, send_guarded: Send
) -> None:
    await sign_in_as("reviewer")
    await send_guarded("/tasks", title="Look")
    assert "Nothing is assigned to you." in (await guarded_browser.get("/tasks/mine")).text
    everybodys = await guarded_browser.get("/tasks")
    button = r'action="(/tasks/[^"]+/change)\?of=all">.*?name="assigned_to_id" value="([0-9a-f-]+)"'
    take = re.search(button, everybodys.text, re.DOTALL)
    assert take is not None

    taken = await follow(guarded_browser, await send_guarded(f"{take[1]}?of=mine", assigned_to_id=take[2]))
    assert taken.url.path == "/tasks/mine"
    assert ">you</td>" in taken.text
    assert "Look</a>" in taken.text


async def test_where_nobody_is_signed_in_mine_explains(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/tasks/mine")
    assert "Nobody is signed in, so no task is yours." in page.text
    assert "python -m catalogue_api users create" in page.text


async def test_a_task_leads_to_what_it_is_about(browser: httpx.AsyncClient, send: Send) -> None:
    new = await browser.get("/tasks/new?kind=model&name=GPT%204o")
    assert 'value="Resolve the model GPT 4o"' in new.text
    await send("/tasks", title="Resolve it", kind="model", name="GPT 4o")
    await send("/tasks", title="Look", reason="invalid", topic="t")

    page = await browser.get("/tasks")
    assert 'href="/unresolved/model/GPT%204o"' in page.text
    assert 'href="/dead-letters?status=open&amp;reason=invalid&amp;topic=t"' in page.text
    twice = await send("/tasks", title="Resolve it", kind="model", name="GPT 4o")
    assert twice.status_code == httpx.codes.CONFLICT
    assert "There is an open task about this already" in twice.text


@pytest.mark.parametrize("role", ["reader", "reviewer"])
async def test_a_reader_looks_and_a_reviewer_changes(
    guarded_browser: httpx.AsyncClient, sign_in_as: SignIn, send_guarded: Send, role: Role
) -> None:
    await sign_in_as(role)
    may = role == "reviewer"
    assert ("New task" in (await guarded_browser.get("/tasks")).text) == may
    assert (await guarded_browser.get("/tasks/new")).is_success == may
    answer = await send_guarded("/tasks", title="Look")
    assert answer.status_code == (httpx.codes.SEE_OTHER if may else httpx.codes.FORBIDDEN)
