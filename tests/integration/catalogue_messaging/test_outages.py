"""What the publisher and a worker promise when Kafka itself goes away, on a Kafka of this test's own."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from catalogue_messaging.publisher import EventPublisher, PublishError
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import OpinionSubmitted
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED
from local_stack.kafka import KafkaServer
from support.kafka import lag, read_all, topics_of
from support.polling import eventually
from support.workers import worker


@asynccontextmanager
async def running(server: KafkaServer) -> AsyncIterator[KafkaSettings]:
    server.start()
    try:
        await asyncio.to_thread(server.wait_ready)
        yield await topics_of(server.bootstrap_servers, "")
    finally:
        await asyncio.to_thread(server.stop)


async def classified(kafka: KafkaSettings) -> set[UUID]:
    records = await read_all(kafka, OPINIONS_CLASSIFIED)
    return {UUID(dict(record.headers)["ce_id"].decode()) for record in records}


def opinions(count: int) -> list[OpinionSubmitted]:
    return [OpinionSubmitted(model=f"lab/{number}", content="great") for number in range(count)]


async def all_classified(kafka: KafkaSettings, published: list[OpinionSubmitted]) -> None:
    wanted = {event.event_id for event in published}
    await eventually(lambda: classified(kafka), lambda seen: seen == wanted, 60)
    await eventually(lambda: lag(kafka, "sentiment-worker", OPINIONS_SUBMITTED), lambda left: left == 0)


async def test_publisher_and_worker_go_on_when_kafka_is_back(tmp_path: Path, free_port: int) -> None:
    server = KafkaServer(tmp_path / "kafka", free_port)
    settings = KafkaSettings(bootstrap_servers=server.bootstrap_servers)
    publisher = EventPublisher(settings, "/test", timeout=2)
    async with worker("sentiment_worker", settings, SENTIMENT_BACKEND="vader") as process:
        await process.ready(503)
        assert await process.status("/livez") == 200

        async with running(server) as kafka:
            published = opinions(100)
            await publisher.publish(OPINIONS_SUBMITTED, published)
            await all_classified(kafka, published)
            await process.ready()

        started = time.monotonic()
        with pytest.raises(PublishError):
            await publisher.publish(OPINIONS_SUBMITTED, published[:10])
        assert time.monotonic() - started < 6
        await process.ready(503)
        assert await process.status("/livez") == 200
        await asyncio.sleep(12)  # longer than the session timeout: an outage that lasts
        assert len(process.output().splitlines()) < 200, "the log of an outage can be read"

        async with running(server) as kafka:
            more = opinions(100)
            await eventually_published(publisher, more)
            await all_classified(kafka, published + more)
            await process.ready()
            assert "Traceback" not in process.output()

        assert await process.terminate(seconds=9) == 0, "it ends although Kafka is away"
    await publisher.stop()


async def eventually_published(publisher: EventPublisher, events: list[OpinionSubmitted]) -> None:
    async def publish() -> bool:
        try:
            await publisher.publish(OPINIONS_SUBMITTED, events)
        except PublishError:
            return False
        return True

    await eventually(publish, bool)


async def test_a_worker_that_waits_for_kafka_ends_at_once_when_asked(free_port: int) -> None:
    kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}")
    async with worker("sentiment_worker", kafka, SENTIMENT_BACKEND="vader") as process:
        await process.ready(503)
        assert await process.terminate(seconds=5) == 0
