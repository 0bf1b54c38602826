"""The last events as a page shows them, from which a script goes on."""

import asyncio
import html
import re

import httpx
from aiokafka import AIOKafkaProducer
from catalogue_api.live.looking import TIMEOUT
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import OPINIONS_SUBMITTED, RESULTS_REPORTED
from support.api import serving
from support.listening import listening
from support.posting import post

from .conftest import HTML
from .test_pages import HOSTILE


def rows(page: httpx.Response) -> list[str]:
    return page.raise_for_status().text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]


def last_position(page: httpx.Response) -> str:
    found = re.search(r'data-last="([^"]*)"', page.text)
    assert found is not None
    return html.unescape(found[1])


async def test_what_passed_last_is_there_the_newest_first(watcher: httpx.AsyncClient) -> None:
    async with asyncio.timeout(TIMEOUT - 1):  # nothing is waited for where there is nothing
        assert "No event has passed yet." in (await watcher.get("/live")).text
    await post(watcher, *range(30))
    page = await watcher.get("/live")

    scores = [float(re.findall(r"B · ([\d.]+)<", row)[0]) for row in rows(page)]
    assert scores == sorted(range(30), reverse=True)
    event_id = re.findall(r'href="/events/([0-9a-f-]{36})"', page.text)[0]
    assert (await watcher.get(f"/events/{event_id}")).is_success


async def test_at_most_a_hundred_are_there(watcher: httpx.AsyncClient) -> None:
    await post(watcher, *range(130))

    # Of each partition the last ones are read: how many that are, its keys decide.
    assert 50 < len(rows(await watcher.get("/live"))) <= 100


async def test_only_the_topics_that_are_asked_for_are_there(watcher: httpx.AsyncClient) -> None:
    await post(watcher, 1)
    await watcher.post("/v1/opinions", json={"model": "lab/a", "content": "Good."})

    opinions = await watcher.get("/live", params={"topic": OPINIONS_SUBMITTED.name})
    assert ["Good." in row for row in rows(opinions)] == [True]
    assert len(rows(await watcher.get("/live"))) == 2
    assert (await watcher.get("/live?topic=others")).status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_a_script_goes_on_behind_them_and_hears_each_event_once(watcher: httpx.AsyncClient) -> None:
    await post(watcher, *range(12))
    page = await watcher.get("/live")
    await post(watcher, *range(12, 24))

    async with listening(watcher, after=last_position(page)) as heard:
        await heard.until(12)
    assert sorted(heard.of("score")) == [*range(12, 24)]


async def test_what_people_wrote_is_text(watcher: httpx.AsyncClient) -> None:
    opinion = {"model": HOSTILE, "content": HOSTILE, "author": HOSTILE}
    (await watcher.post("/v1/opinions", json=opinion)).raise_for_status()
    page = await watcher.get("/live")

    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


async def test_whatever_other_programs_write_there_the_page_stands(
    watcher: httpx.AsyncClient, topics: KafkaSettings
) -> None:
    name = topics.topic_name(RESULTS_REPORTED)
    async with AIOKafkaProducer(**topics.client_options()) as producer:
        for value in (b"[]", b'"x"', b"{}", b"no JSON", b'{"model": {"a": 1}, "event_id": 7}', None):
            await producer.send_and_wait(name, value, key=b"k")
    await post(watcher, 5)

    found = rows(await watcher.get("/live"))
    assert len(found) == 5  # what is no JSON is passed over
    assert sum("B · 5" in row for row in found) == 1


async def test_where_kafka_is_away_the_page_says_so(free_port: int, database_url: str) -> None:
    nowhere = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}")
    async with serving(nowhere, database_url) as client:
        page = await client.get("/live", headers=HTML)

    assert page.is_success
    assert "Kafka cannot be read now." in page.text
