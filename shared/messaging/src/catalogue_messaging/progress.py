"""How far the topics are, and the consumer groups on them, as the brokers know it."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from catalogue_schema.topics import Topic

from catalogue_messaging.settings import KafkaSettings

TIMEOUT = 3.0
"""Seconds for one look."""

Ends = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """`committed` counts over all partitions what the group is done with, `lag` what it is not."""

    members: int
    committed: int
    lag: int


@dataclass(frozen=True, slots=True)
class Progress:
    """By topic: `ends` are the sums of the partitions' end offsets, `groups` how far who reads it is."""

    ends: Mapping[Topic, int]
    groups: Mapping[Topic, GroupProgress]


class ProgressObserver:
    """Asks the brokers, on connections of its own, which are made at the first question. To be closed."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._opened = AsyncExitStack()
        self._clients: tuple[AIOKafkaConsumer, AIOKafkaAdminClient] | None = None

    async def look(self, partitions: Mapping[Topic, int], readers: Mapping[Topic, str]) -> Progress:
        """`readers` are the services that work the topics off. Raises KafkaError or TimeoutError."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._look(partitions, readers)
        except (KafkaError, TimeoutError):
            await self.close()
            raise

    async def close(self) -> None:
        self._clients = None
        await self._opened.aclose()

    async def _look(self, partitions: Mapping[Topic, int], readers: Mapping[Topic, str]) -> Progress:
        consumer, admin = self._clients or await self._open()
        of = {topic: self._partitions(topic, number) for topic, number in partitions.items()}
        ends: Ends = await consumer.end_offsets([each for some in of.values() for each in some])
        by_topic = {topic: {each: ends[each] for each in some} for topic, some in of.items()}
        names = [self._kafka.group_id(service, topic) for topic, service in readers.items()]
        groups = await asyncio.gather(
            *(_group(admin, name, by_topic[topic]) for name, topic in zip(names, readers, strict=True))
        )
        sums = {topic: sum(offsets.values()) for topic, offsets in by_topic.items()}
        return Progress(sums, dict(zip(readers, groups, strict=True)))

    def _partitions(self, topic: Topic, number: int) -> Iterable[TopicPartition]:
        return [TopicPartition(self._kafka.topic_name(topic), each) for each in range(number)]

    async def _open(self) -> tuple[AIOKafkaConsumer, AIOKafkaAdminClient]:
        options = self._kafka.client_options()
        # As the workers read: what a transaction has not committed yet is not behind.
        consumer = AIOKafkaConsumer(**options, enable_auto_commit=False, isolation_level="read_committed")
        self._opened.push_async_callback(consumer.stop)
        admin = AIOKafkaAdminClient(**options)
        self._opened.push_async_callback(admin.close)
        await consumer.start()
        await admin.start()
        self._clients = consumer, admin
        return self._clients


async def _group(admin: AIOKafkaAdminClient, name: str, ends: Ends) -> GroupProgress:
    """A group that never was has no members, and everything before it."""
    coordinator = await admin.find_coordinator(name)
    [described] = await admin.describe_consumer_groups([name], coordinator)
    [(code, _, _, _, _, members, *_)] = described.groups
    if code:
        raise for_code(code)(name)
    committed = await admin.list_consumer_group_offsets(name, coordinator)
    done = {each: committed[each].offset if each in committed else 0 for each in ends}
    lag = sum(max(0, end - done[each]) for each, end in ends.items())
    return GroupProgress(len(members), sum(done.values()), lag)
