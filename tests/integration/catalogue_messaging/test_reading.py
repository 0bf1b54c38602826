"""What the workers' consumer does beyond aiokafka's."""

import asyncio

from aiokafka import AIOKafkaProducer
from catalogue_messaging.reading import LOOK_ROUND, Consumer
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import RESULTS_REPORTED
from support.kafka import producer, topics_of


async def send(sender: AIOKafkaProducer, topic: str, *values: bytes) -> None:
    for value in values:
        await sender.send_and_wait(topic, value, partition=0)


async def test_it_waits_on_an_idle_topic_and_never_hands_over_nothing(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    """An empty answer would make FastStream sleep for as long as the poll took."""
    kafka: KafkaSettings = await topics_of(bootstrap_servers, topic_prefix)
    topic = kafka.topic_name(RESULTS_REPORTED)
    consumer = Consumer(topic, **kafka.client_options(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with producer(kafka) as sender:
            waiting = asyncio.create_task(consumer.getmany(max_records=10))
            done, _ = await asyncio.wait([waiting], timeout=2 * LOOK_ROUND)
            assert not done, "it answered without a record"
            await send(sender, topic, b"first", b"second", b"third")
            values: list[bytes] = []
            async with asyncio.timeout(20):
                while len(values) < 3:
                    found = await (waiting if not values else consumer.getmany(max_records=10))
                    assert found
                    values += [record.value for records in found.values() for record in records]
    finally:
        await consumer.stop()
    assert values == [b"first", b"second", b"third"]
