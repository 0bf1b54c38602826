"""A consumer that goes on behind a record that aiokafka cannot read."""

import time
from functools import partial
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from catalogue_schema.headers import UNREADABLE
from faststream.kafka import KafkaBroker

log = structlog.get_logger(__name__)

Found = dict[TopicPartition, list[ConsumerRecord]]


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """Hands over an empty record, with the header UNREADABLE, for one that aiokafka cannot decode.

    Kafka takes header names that are no UTF-8. On one of those aiokafka's getmany raises at every call, and
    drops what the call had taken from other partitions: it would never come again. So each partition is
    asked by itself, and one that raised record by record. What follows an unreadable record in the batch of
    its producer is unreadable with it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._served: dict[TopicPartition, float] = {}
        self._careful: set[TopicPartition] = set()

    async def getmany(self, *, max_records: int, **_: Any) -> Found:
        """What has been fetched. Never waits: FastStream sleeps where there is nothing. Raises KafkaError."""
        found: Found = {}
        for partition in sorted(self.assignment(), key=lambda each: self._served.get(each, 0)):
            try:
                found |= await self._from(partition, max_records - sum(map(len, found.values())))
            except KafkaError:
                if not found:
                    raise
            if sum(map(len, found.values())) >= max_records:
                break
        # Without a partition too it raises what is wrong with the group.
        return found or await super().getmany(TopicPartition("", 0))

    async def _from(self, partition: TopicPartition, max_records: int) -> Found:
        at_most = 1 if partition in self._careful else max_records
        try:
            found: Found = await super().getmany(partition, max_records=at_most)
        except UnicodeDecodeError as error:
            if at_most == 1:
                found = {partition: [await self._instead(partition, error)]}
                self._careful.discard(partition)
            else:
                self._careful.add(partition)
                found = {}
        if found:
            self._served[partition] = time.monotonic()
        return found

    async def _instead(self, partition: TopicPartition, error: UnicodeDecodeError) -> ConsumerRecord:
        """Step over the record at the partition's position."""
        offset = await self.position(partition)
        self.seek(partition, offset + 1)
        log.error("unreadable", topic=partition.topic, partition=partition.partition, offset=offset)
        headers = ((UNREADABLE, str(error).encode()),)
        return ConsumerRecord(*partition, offset, 0, 0, None, None, None, -1, -1, headers)


def read_carefully(broker: KafkaBroker) -> None:
    """Let the broker, once it is connected, make consumers of this kind. FastStream has no setting for it."""
    config = broker.config.broker_config
    options = cast("partial[AIOKafkaConsumer]", config.builder).keywords
    config.builder = partial(Consumer, **options)
