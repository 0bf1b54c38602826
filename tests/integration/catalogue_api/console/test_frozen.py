"""A server that stands still and tells nobody: the picture says so at once, not after every timeout."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest
from catalogue_api.access import principals
from catalogue_api.access.admission import COOKIE
from catalogue_api.pipeline import watching
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from local_stack.kafka import KafkaServer
from support.access import make_user, open_session
from support.api import serving
from support.polling import eventually
from support.proxies import proxied

from .conftest import HTML

LOOKS = 5
AT_MOST = 4.0
"""Seconds; about two where nothing else runs."""


@pytest.fixture(autouse=True)
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks was here before, but what the database said of them holds no longer."""
    monkeypatch.setattr(principals, "HOLDS", 0)
    monkeypatch.setattr(watching, "KEPT", 0.1)


async def watched(client: httpx.AsyncClient, path: str, says: str) -> tuple[httpx.Response, float]:
    """What one sees there once it says so, and how long the slowest answer took, then and later."""
    seconds: list[float] = []

    async def look() -> httpx.Response:
        began = monotonic()
        answer = await client.get(path)
        seconds.append(monotonic() - began)
        return answer

    await eventually(look, lambda answer: says in answer.text)
    for _ in range(LOOKS):
        seen = await look()
    return seen, max(seconds)


async def test_with_the_database_frozen_the_page_comes_soon_and_shows_what_kafka_knows(
    topics: KafkaSettings, database_url: str
) -> None:
    session = await open_session(database_url, await make_user(database_url))
    async with proxied(database_url) as (url, proxy), serving(topics, url, auth="required") as client:
        client.headers.update(HTML)
        client.cookies.set(COOKIE, session)
        await watched(client, "/pipeline", "Rows in PostgreSQL")
        proxy.freeze()
        page, slowest = await watched(client, "/pipeline", "postgresql is away")
        _, slowest_data = await watched(client, "/v1/pipeline", '"tables":null')
        proxy.mend()
        await watched(client, "/pipeline", "Rows in PostgreSQL")

    assert max(slowest, slowest_data) < AT_MOST
    assert "sentiment-worker is away" in page.text  # as Kafka says
    assert "kafka is away" not in page.text
    assert "Rows in PostgreSQL" not in page.text
    assert "Sign out" in page.text


async def test_with_kafka_frozen_the_page_comes_soon_and_shows_what_the_database_knows(
    tmp_path: Path, free_port: int, database_url: str
) -> None:
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}")
    with KafkaServer(tmp_path, free_port) as server:
        await ensure_topics(kafka, TopicSettings())
        async with serving(kafka, database_url) as client:
            client.headers.update(HTML)
            await watched(client, "/pipeline", "sentiment-worker is away")
            with frozen(server):
                page, slowest = await watched(client, "/pipeline", "kafka is away")
            await watched(client, "/pipeline", "sentiment-worker is away")

    assert slowest < AT_MOST
    assert "postgresql is away" not in page.text
    assert "Rows in PostgreSQL" in page.text


@contextmanager
def frozen(server: KafkaServer) -> Iterator[None]:
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


async def test_however_many_look_while_the_database_is_frozen_it_is_asked_once_at_a_time(
    topics: KafkaSettings, database_url: str
) -> None:
    async with proxied(database_url) as (url, proxy), serving(topics, url) as client:
        await watched(client, "/v1/pipeline", '"tables":[')
        proxy.freeze()
        before = proxy.attempts
        looks = await asyncio.gather(*(watched(client, "/v1/pipeline", '"tables":null') for _ in range(20)))
        attempts = proxy.attempts - before
        proxy.mend()

    assert max(slowest for _, slowest in looks) < AT_MOST
    assert attempts < 2 * LOOKS
