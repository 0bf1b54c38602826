"""What the worker promises while processes die and servers are away."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from catalogue_schema.topics import RESULTS_REPORTED
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from support.kafka import lag
from support.polling import eventually
from support.proxies import proxied
from support.rows import rows
from support.workers import WorkerProcess, worker

SESSION_TIMEOUT = 10  # seconds until Kafka gives the partitions of a silent worker to others
RETRIES = 'catalogue_retries_total{topic="catalogue.results.reported.v1"}'
REBALANCES = 'catalogue_rebalances_total{topic="catalogue.results.reported.v1"}'


async def send(kafka: KafkaSettings, sender: AIOKafkaProducer, ids: Iterable[UUID], **fields: Any) -> None:
    """A result for each id, over all partitions; all for one model, benchmark and date."""
    for event_id in ids:
        event = {"event_id": str(event_id), "model": "lab/model", "benchmark": "MMLU", "score": 1.0}
        event |= {"occurred_at": "2026-03-09T12:00:00Z", "date_tested": None} | fields
        key = event_id.bytes
        await sender.send(kafka.topic_name(RESULTS_REPORTED), json.dumps(event).encode(), key=key)
    await sender.flush()


def new_ids(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


async def recorded(engine: AsyncEngine, ids: Iterable[UUID], seconds: float = 60) -> None:
    """Each of the events stands exactly once, and nothing else does."""
    wanted = sorted(ids)

    async def look() -> list[UUID]:
        return sorted([row["event_id"] for row in await rows(engine, "SELECT event_id FROM result_reports")])

    await eventually(look, lambda seen: len(seen) >= len(wanted), seconds)
    assert await look() == wanted


@asynccontextmanager
async def events_flow(
    kafka: KafkaSettings, sender: AIOKafkaProducer, sent: list[UUID]
) -> AsyncIterator[None]:
    """Some more events every tenth of a second, until the block ends."""

    ended = asyncio.Event()

    async def flow() -> None:
        while not ended.is_set():
            some = new_ids(200)
            sent.extend(some)
            await send(kafka, sender, some)
            await asyncio.sleep(0.1)

    flowing = asyncio.create_task(flow())
    try:
        yield
    finally:
        ended.set()
        await flowing


async def test_every_event_stands_exactly_once_however_often_the_worker_is_killed(
    kafka: KafkaSettings, sender: AIOKafkaProducer, engine: AsyncEngine, database_url: str
) -> None:
    sent = new_ids(3000)
    await send(kafka, sender, sent)
    async with worker("ingest_worker", kafka, DATABASE_URL=database_url) as process:
        for _ in range(3):
            before = await count(engine)
            await eventually(lambda: count(engine), lambda seen, before=before: seen > before, 60)  # type: ignore[misc]
            process.kill()
            process.start_again()
            more = new_ids(1000)
            await send(kafka, sender, more)
            sent += more
        await recorded(engine, sent, 90)
        await eventually(lambda: lag(kafka, "ingest-worker", RESULTS_REPORTED), lambda left: left == 0)
    assert await rows(engine, "SELECT count(*) AS n FROM benchmark_results") == [{"n": 1}]


async def count(engine: AsyncEngine) -> int:
    [row] = await rows(engine, "SELECT count(*) AS n FROM result_reports")
    found: int = row["n"]
    return found


async def test_a_worker_outlives_its_database_in_its_group_and_without_spinning(
    kafka: KafkaSettings, sender: AIOKafkaProducer, engine: AsyncEngine, database_url: str
) -> None:
    ids = new_ids(50)
    async with (
        proxied(database_url) as (url, proxy),
        worker("ingest_worker", kafka, DATABASE_URL=url) as process,
    ):
        await process.ready()
        await send(kafka, sender, ids[:10])
        await recorded(engine, ids[:10])

        proxy.cut()
        await send(kafka, sender, ids[10:])
        await process.ready(503)
        await asyncio.sleep(SESSION_TIMEOUT + 3)  # an outage that lasts: longer than a silent worker may live
        assert (await process.get("/readyz")).json()["kafka"] == "ok"
        assert await process.status("/livez") == 200
        assert 3 <= await process.metric(RETRIES) <= 40
        assert await count(engine) == 10

        proxy.mend()
        await recorded(engine, ids)
        await process.ready()
        assert await process.metric(REBALANCES) == 1

        proxy.cut()
        await send(kafka, sender, new_ids(1))
        retries = await process.metric(RETRIES)
        await eventually(lambda: process.metric(RETRIES), lambda seen: seen > retries)
        assert await process.terminate(seconds=9) == 0, "docker stop would kill it after ten seconds"
        assert str(make_url(database_url).password) not in process.output()


async def test_workers_share_the_partitions_and_take_over_from_one_that_leaves(
    kafka: KafkaSettings, sender: AIOKafkaProducer, engine: AsyncEngine, database_url: str
) -> None:
    sent: list[UUID] = []
    settings = {"DATABASE_URL": database_url}
    async with (
        worker("ingest_worker", kafka, **settings) as stays,
        worker("ingest_worker", kafka, **settings) as leaves,
    ):
        await asyncio.gather(stays.ready(), leaves.ready())
        await eventually(lambda: partitions(stays, leaves), lambda seen: seen == [3, 3])
        async with events_flow(kafka, sender, sent):
            await eventually(lambda: handled(leaves), lambda seen: seen > 0)
            assert await leaves.terminate(seconds=9) == 0
            await eventually(lambda: partitions(stays), lambda seen: seen == [6])
        await recorded(engine, sent)
        await eventually(lambda: lag(kafka, "ingest-worker", RESULTS_REPORTED), lambda left: left == 0)
        assert await handled(stays) > 0


async def partitions(*processes: WorkerProcess) -> list[int]:
    """How many of the topic's partitions each has."""
    pages = [(await process.get("/metrics")).text.splitlines() for process in processes]
    return [
        sum(line.startswith("catalogue_consumer_lag{") and RESULTS_REPORTED.name in line for line in page)
        for page in pages
    ]


async def handled(process: WorkerProcess) -> float:
    return await process.metric('catalogue_batch_messages_sum{topic="catalogue.results.reported.v1"}')


async def test_a_worker_that_was_there_before_the_topics_begins_soon_after_them(
    bootstrap_servers: str, topic_prefix: str, engine: AsyncEngine, database_url: str
) -> None:
    await engine.dispose()
    kafka = KafkaSettings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    async with worker("ingest_worker", kafka, DATABASE_URL=database_url) as process:
        await process.ready(503)
        assert await process.status("/livez") == 200
        await ensure_topics(kafka, TopicSettings())
        await eventually(lambda: process.status("/readyz"), lambda status: status == 200, 15)
        assert f"{topic_prefix}{RESULTS_REPORTED.name}" in process.output()
        assert "python -m catalogue_messaging.topics" in process.output()
