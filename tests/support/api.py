"""catalogue-api behind a real socket, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from catalogue_api.app import create_app
from catalogue_api.server import Server, server_config
from catalogue_api.settings import Settings
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import Topic
from pydantic import SecretStr


@asynccontextmanager
async def serving(kafka: KafkaSettings, database_url: str, **limits: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that has started; `limits` are settings by name."""
    settings = Settings(database_url=SecretStr(database_url), port=0, **limits)
    server = Server(server_config(create_app(settings, kafka), settings))
    running = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(15):
            while not server.started:
                assert not running.done(), "the API did not start"
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        await running


async def published(kafka: KafkaSettings, topic: Topic, model: str) -> list[ConsumerRecord]:
    """All messages that stand on the topic for this model, in order."""
    consumer = AIOKafkaConsumer(**kafka.client_options(), auto_offset_reset="earliest")
    async with consumer:
        name = kafka.topic_name(topic)
        partitions = [TopicPartition(name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                batch = await consumer.getmany(partition, timeout_ms=1000)
                found += batch.get(partition, [])
    return [record for record in found if record.key == model.encode()]
