"""A consumer that waits for records, and goes on behind one that aiokafka cannot read."""

import asyncio
import time
from math import inf
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from catalogue_schema.headers import UNREADABLE

from catalogue_messaging.unpacking import UnreadableBatch, bound_unpacking

log = structlog.get_logger(__name__)

Unreadable = (UnicodeDecodeError, UnreadableBatch)

Found = dict[TopicPartition, list[ConsumerRecord]]

LOOK_ROUND = 1
"""Seconds between two looks at what may be wrong with the group, while nothing arrives."""
POLL = 0.01
"""Seconds between two looks at each partition, while one of them holds a record that cannot be read."""


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """Hands over an empty record, with the header UNREADABLE, for one that aiokafka cannot decode.

    Kafka takes header names that are no UTF-8, and batches that are damaged or become too large when they
    are unpacked. On one of those aiokafka's getmany raises at every call, and drops what the call had taken
    from other partitions: it would never come again. So each partition is asked by itself, and one that
    raised record by record. What follows an unreadable record in the batch of its producer is unreadable
    with it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        bound_unpacking()
        super().__init__(*args, **options)
        self._served: dict[TopicPartition, float] = {}
        self._careful: set[TopicPartition] = set()
        self._poll_until = 0.0
        self._following: dict[TopicPartition, int] = {}

    async def getmany(self, *, max_records: int, within: float = inf, **_: Any) -> Found:
        """Wait for records, for as long as it takes; return at most `max_records`. Raises KafkaError.

        Return none where none came `within` seconds, rounded up to LOOK_ROUND.
        """
        until = time.monotonic() + within
        while True:
            found = await self._fetched({}, max_records) or await self._fetched(
                await self._first(), max_records
            )
            if found or time.monotonic() >= until:
                return found

    async def commit_markers(self) -> None:
        """Commit past what is no record: a transaction's markers, and what it took back.

        Only where all that was handed over is committed; else they would count as lag for ever.
        Raises KafkaError.
        """
        past = {}
        for partition in self.assignment():
            # In this order: whatever is handed over behind the position is in `_following` by then.
            position = await self.position(partition)
            handed_over = self._following.get(partition, 0)
            committed = await self.committed(partition) or 0
            if handed_over <= committed < position:
                past[partition] = position
        if past:
            await self.commit(past)

    async def _first(self) -> Found:
        """Wait for a record of any partition; return none when it is time to look round."""
        if self._careful & self.assignment() or time.monotonic() < self._poll_until:
            await asyncio.sleep(POLL)
            return {}
        try:
            async with asyncio.timeout(LOOK_ROUND):
                record = await super().getone()
        except TimeoutError:
            return {}
        except Unreadable:
            # In which partition, only each by itself will tell.
            self._poll_until = time.monotonic() + LOOK_ROUND
            return {}
        partition = TopicPartition(record.topic, record.partition)
        return {partition: self._handed_over(partition, [record])}

    async def _fetched(self, found: Found, max_records: int) -> Found:
        """Add what has been fetched to `found`, without waiting."""
        left = max_records - sum(map(len, found.values()))
        for partition in sorted(self.assignment(), key=lambda each: self._served.get(each, 0)):
            if left <= 0:
                break
            try:
                records = await self._from(partition, left)
            except KafkaError:
                if not found:
                    raise
                break
            if records:
                found.setdefault(partition, []).extend(records)
                left -= len(records)
                self._served[partition] = time.monotonic()
        return found

    async def _from(self, partition: TopicPartition, max_records: int) -> list[ConsumerRecord]:
        at_most = 1 if partition in self._careful else max_records
        try:
            found: Found = await super().getmany(partition, max_records=at_most)
        except Unreadable as error:
            if at_most > 1:
                self._careful.add(partition)
                return []
            self._careful.discard(partition)
            return [await self._instead(partition, error)]
        return self._handed_over(partition, found.get(partition, []))

    def _handed_over(self, partition: TopicPartition, records: list[ConsumerRecord]) -> list[ConsumerRecord]:
        """Note where they end, in the same turn of the event loop in which the position moved there."""
        if records:
            self._following[partition] = records[-1].offset + 1
        return records

    async def _instead(self, partition: TopicPartition, error: ValueError) -> ConsumerRecord:
        """Step over the record at the partition's position."""
        offset = await self.position(partition)
        self.seek(partition, offset + 1)
        self._following[partition] = offset + 1
        log.error("unreadable", topic=partition.topic, partition=partition.partition, offset=offset)
        headers = ((UNREADABLE, str(error).encode()),)
        return ConsumerRecord(*partition, offset, 0, 0, None, None, None, -1, -1, headers)
