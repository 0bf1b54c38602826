"""What the workers' consumer does beyond aiokafka's."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from catalogue_messaging.reading import LOOK_ROUND, Consumer
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.unpacking import MAX_UNPACKED
from catalogue_schema.topics import RESULTS_REPORTED
from support.kafka import producer, topics_of


async def send(sender: AIOKafkaProducer, topic: str, *values: bytes) -> None:
    for value in values:
        await sender.send_and_wait(topic, value, partition=0)


async def read(kafka: KafkaSettings, number: int) -> list[ConsumerRecord]:
    topic = kafka.topic_name(RESULTS_REPORTED)
    consumer = Consumer(topic, **kafka.client_options(), auto_offset_reset="earliest")
    await consumer.start()
    records: list[ConsumerRecord] = []
    try:
        async with asyncio.timeout(30):
            while len(records) < number:
                found = await consumer.getmany(max_records=100)
                records += [record for each in found.values() for record in each]
    finally:
        await consumer.stop()
    return records


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_it_reads_what_other_producers_compress(
    bootstrap_servers: str, topic_prefix: str, codec: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    async with producer(kafka, compression_type=codec) as sender:
        await send(sender, kafka.topic_name(RESULTS_REPORTED), b"x" * 10_000, b"last")
    assert [record.value for record in await read(kafka, 2)] == [b"x" * 10_000, b"last"]


async def test_it_steps_over_a_batch_that_becomes_too_large(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    topic = kafka.topic_name(RESULTS_REPORTED)
    async with producer(kafka, compression_type="zstd", max_request_size=2**28) as sender:
        await send(sender, topic, b"before", b"0" * 2 * MAX_UNPACKED, b"after")
    before, bomb, after = await read(kafka, 3)
    assert (before.value, bomb.value, after.value) == (b"before", None, b"after")
    [(name, why)] = bomb.headers
    assert (name, b"unpacked" in why) == ("catalogue.unreadable", True)


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
