"""Kafka away: events are refused, to be repeated. PostgreSQL away: events are taken all the same."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from catalogue_schema.topics import OPINIONS_SUBMITTED
from local_stack.kafka import KafkaServer
from local_stack.postgres import PostgresServer
from support.api import published, serving
from support.databases import migrate
from support.polling import eventually

NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/none"


def opinion(model: str) -> dict[str, str]:
    return {"type": "OpinionSubmitted", "model": model, "content": "Good."}


async def test_without_the_database_events_are_taken_and_reads_ask_to_repeat(
    kafka: KafkaSettings, model: str
) -> None:
    async with serving(kafka, NOWHERE) as api:
        taken = await api.post("/v1/opinions", json=opinion(model))
        assert taken.status_code == httpx.codes.ACCEPTED
        assert len(await published(kafka, OPINIONS_SUBMITTED, model)) == 1

        for read in (await api.get("/v1/models"), await api.get(taken.headers["Location"])):
            assert read.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert read.headers["Content-Type"] == "application/problem+json"
            assert int(read.headers["Retry-After"]) > 0
        ready = await api.get("/readyz")
        assert ready.status_code == httpx.codes.OK
        assert (ready.json()["status"], ready.json()["kafka"]) == ("ok", "ok")
        assert ready.json()["database"].startswith("unavailable")


async def test_the_database_may_go_and_come_back_under_a_running_api(
    kafka: KafkaSettings, tmp_path: Path, free_port: int, model: str
) -> None:
    async with AsyncExitStack() as running:
        with PostgresServer(tmp_path, free_port) as database:
            await asyncio.to_thread(migrate, database.url)
            api = await running.enter_async_context(serving(kafka, database.url))
            assert (await api.get("/v1/models")).status_code == httpx.codes.OK

        away = await api.get("/v1/models")
        assert away.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert away.headers["Content-Type"] == "application/problem+json"
        assert (await api.post("/v1/events", json=opinion(model))).status_code == httpx.codes.ACCEPTED

        with PostgresServer(tmp_path, free_port):
            assert (await api.get("/v1/models")).status_code == httpx.codes.OK


async def test_without_kafka_the_api_starts_refuses_events_and_recovers(
    tmp_path: Path, free_port: int, database_url: str, model: str
) -> None:
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}")
    async with serving(kafka, database_url) as api:
        refused = await api.post("/v1/events", json=[opinion(model), opinion(model)])
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0
        ids = refused.json()["event_ids"]
        assert len(set(ids)) == 2
        assert (await api.get("/livez")).status_code == httpx.codes.OK
        ready = await api.get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (httpx.codes.SERVICE_UNAVAILABLE, "ok")
        assert (await api.get("/v1/models")).status_code == httpx.codes.OK

        with KafkaServer(tmp_path, free_port):
            await ensure_topics(kafka, TopicSettings())
            await eventually(lambda: api.get("/readyz"), lambda ready: ready.status_code == httpx.codes.OK)
            repeated = [{**opinion(model), "event_id": event_id} for event_id in ids]
            taken = await api.post("/v1/events", json=repeated)
            assert (taken.status_code, taken.json()["event_ids"]) == (httpx.codes.ACCEPTED, ids)
            assert len(await published(kafka, OPINIONS_SUBMITTED, model)) == 2


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_probes_are_answered_soon_when_nothing_else_is_there(free_port: int, path: str) -> None:
    async with serving(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}"), NOWHERE) as api:
        started = time.monotonic()
        await api.get(path)
        assert time.monotonic() - started < 5  # a bound of the probe's own, far over what it takes
