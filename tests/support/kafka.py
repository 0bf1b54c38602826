"""Records as a consumer gets them, and what tests do with a real Kafka."""

import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.record.util import calc_crc32c
from catalogue_messaging.dead_letters import from_record
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from catalogue_schema.events import DeadLetter
from catalogue_schema.topics import DEAD_LETTERS, Topic

from support.polling import eventually


def record(
    value: bytes | None,
    key: bytes | None = b"lab/model",
    headers: Iterable[tuple[str, bytes | None]] = (),
    timestamp: int = 0,
) -> ConsumerRecord:
    """A record at `topic`/3/7; `timestamp` is in milliseconds."""
    return ConsumerRecord("topic", 3, 7, timestamp, 0, key, value, None, -1, -1, tuple(headers))


async def topics_of(bootstrap_servers: str, prefix: str) -> KafkaSettings:
    """The settings for topics of this test's own, which stand then."""
    kafka = KafkaSettings(bootstrap_servers=bootstrap_servers, topic_prefix=prefix)
    await ensure_topics(kafka, TopicSettings())
    return kafka


@asynccontextmanager
async def administrator(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.client_options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def configure(kafka: KafkaSettings, topic: Topic, settings: dict[str, str]) -> None:
    """Set these of the topic's settings, as an operator may."""
    resource = ConfigResource(ConfigResourceType.TOPIC, kafka.topic_name(topic), configs=settings)
    async with administrator(kafka) as admin:
        await admin.alter_configs([resource])


@asynccontextmanager
async def producer(kafka: KafkaSettings, **options: object) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that checks nothing: what other programs may write to a topic."""
    async with AIOKafkaProducer(**kafka.client_options(), **options) as started:
        yield started


async def send_unreadable(
    kafka: KafkaSettings, topic: Topic, partition: int, values: Iterable[bytes]
) -> None:
    """One batch whose second record has a header name that is no UTF-8, as a client in Go may send it."""
    async with producer(kafka) as sender:
        batch = sender.create_batch()
        for number, value in enumerate(values):
            name = "XX-HOLDER" if number == 1 else "fine"
            batch.append(timestamp=None, key=b"lab/model", value=value, headers=[(name, b"")])
        batch.close()
        data = bytearray(batch._build().replace(b"XX-HOLDER", b"\xff\xfe-HOLDER"))
        struct.pack_into(">I", data, 17, calc_crc32c(bytes(data[21:])))
        batch._buffer = bytes(data)
        await (await sender.send_batch(batch, kafka.topic_name(topic), partition=partition))


async def read_all(kafka: KafkaSettings, topic: Topic) -> list[ConsumerRecord]:
    """What stands on the topic now, by partition and offset."""
    name = kafka.topic_name(topic)
    async with AIOKafkaConsumer(**kafka.client_options(), isolation_level="read_committed") as consumer:
        partitions = [TopicPartition(name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found.extend(records)
    return sorted(found, key=lambda found: (found.partition, found.offset))


async def dead_letters(kafka: KafkaSettings, at_least: int) -> list[DeadLetter]:
    """The topic's dead letters once there are as many."""

    async def look() -> list[DeadLetter]:
        return [from_record(letter) for letter in await read_all(kafka, DEAD_LETTERS)]

    return await eventually(look, lambda letters: len(letters) >= at_least)


async def lag(kafka: KafkaSettings, service: str, topic: Topic) -> int:
    """Messages that the service's group has not committed."""
    async with AIOKafkaConsumer(
        **kafka.client_options(), group_id=kafka.group_id(service, topic), enable_auto_commit=False
    ) as consumer:
        partitions = [TopicPartition(kafka.topic_name(topic), number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        return sum([end - (await consumer.committed(tp) or 0) for tp, end in ends.items()])
