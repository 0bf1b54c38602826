"""An event's way, from its request to its row or to where it stays."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables import DeadLetterRow, Model, Opinion
from support.access import session_of
from support.api import serving

from .conftest import HTML
from .test_pages import HOSTILE

OPINION = {"model": "lab/a", "content": "Good."}


async def sent(client: httpx.AsyncClient, **fields: Any) -> str:
    answer = await client.post("/v1/opinions", json=OPINION | fields)
    event_id: str = answer.raise_for_status().json()["event_id"]
    return event_id


async def record(database_url: str, event_id: str, content: str = "Good.") -> None:
    """As ingest-worker does."""
    async with session_of(database_url) as db:
        model = Model(name="lab/a", organization="lab")
        db.add(model)
        await db.flush()
        assert model.id is not None
        db.add(Opinion(model_id=model.id, content=content, event_id=UUID(event_id), sentiment="positive"))


async def fail(database_url: str, event_id: str) -> None:
    async with session_of(database_url) as db:
        letter = DeadLetterRow(
            event_id=UUID(event_id),
            reason="unknown_model",
            detail=f"no model is named {HOSTILE}",
            exception_class="UnknownModelError",
            topic="catalogue.opinions.classified.v1",
            partition=3,
            offset=42,
        )
        db.add(letter)


async def way(client: httpx.AsyncClient, event_id: str) -> str:
    return (await client.get(f"/events/{event_id}")).raise_for_status().text


@pytest.mark.parametrize("event_id", [None, str(UUID(int=4))])
async def test_a_recorded_event_shows_where_it_stood_and_its_row(
    watcher: httpx.AsyncClient, database_url: str, event_id: str | None
) -> None:
    """Whether its id was made here, and says when, or is its producer's."""
    given = {} if event_id is None else {"event_id": event_id}
    for number in range(5):
        await sent(watcher, content=f"Other {number}.")
    event_id = await sent(watcher, **given)
    assert "it is on its way, or was never sent here" in await way(watcher, event_id)
    await record(database_url, event_id)

    page = await watcher.get(f"/events/{event_id}?messages=true")
    assert "It has its row." in page.text
    assert 'href="/models/lab/a"' in page.text
    found = page.text.partition("Where it stands on the topics")[2].partition("</table>")[0]
    assert found.count("catalogue.opinions.submitted.v1") == 1
    assert ("Its id was made at" in page.text) == (not given)


async def test_an_event_that_failed_shows_why_and_leads_to_its_letter(
    watcher: httpx.AsyncClient, database_url: str
) -> None:
    event_id = await sent(watcher)
    await fail(database_url, event_id)
    page = await way(watcher, event_id)

    assert "waiting" in page
    assert "partition 3, offset 42" in page
    assert "/dead-letters/1" in page
    assert "<script>alert" not in page
    assert "every 2s" not in page


async def test_one_that_is_on_its_way_is_looked_for_again(watcher: httpx.AsyncClient) -> None:
    page = await watcher.get(f"/events/{uuid4()}?messages=true")

    assert 'hx-trigger="every 2s"' in page.text
    assert "It is not among the" in page.text


async def test_what_was_written_is_text(watcher: httpx.AsyncClient, database_url: str) -> None:
    event_id = await sent(watcher, content=HOSTILE)
    await record(database_url, event_id, HOSTILE)
    page = await way(watcher, event_id)

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


async def test_an_id_is_all_that_it_takes_to_find_one(browser: httpx.AsyncClient) -> None:
    event_id = str(uuid4())
    assert (await browser.get(f"/events?id={event_id}")).headers["Location"] == f"/events/{event_id}"
    assert 'name="id"' in (await browser.get("/events")).text
    wrong = await browser.get("/events?id=something")
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "query:id" in wrong.text


async def test_whoever_reads_in_public_does_not_search_the_topics(
    topics: KafkaSettings, database_url: str
) -> None:
    async with serving(topics, database_url, auth="required", public_reads=True) as client:
        page = await client.get(f"/events/{uuid4()}?messages=true", headers=HTML)

    assert page.is_success
    assert "Who is signed in can look for it there." in page.text
