"""Reading partitions from given offsets on, beside all consumer groups: nothing is committed."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from heapq import merge

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from catalogue_messaging.reading import Consumer
from catalogue_messaging.settings import KafkaSettings

MOST_RECORDS = 200
"""Of one read."""
PARTITION_BYTES = 128 * 1024
RESPONSE_BYTES = 1024**2
"""What a broker sends at once, of a partition and in all, unless a single message is larger."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The partition does not have what stood at `since` (any more): reading goes on at `then`.

    Retention took it, or the topic was made again, which then begins at a smaller offset.
    """

    partition: TopicPartition
    since: int
    then: int


class Follower:
    """Hands over what stands behind its positions, in each partition's order. `following` opens one."""

    def __init__(self, consumer: Consumer, positions: dict[TopicPartition, int]) -> None:
        self._consumer = consumer
        self.positions = positions
        """Of what comes next in each partition."""
        self._assign()

    async def read(self, within: float) -> list[ConsumerRecord | Gap]:
        """What came, by its time where partitions differ; nothing where none came `within` seconds.

        A record that cannot be decoded is empty (see `Consumer`). Raises KafkaError.
        """
        try:
            found = await self._consumer.getmany(max_records=MOST_RECORDS, within=within)
        except OffsetOutOfRangeError as error:
            return [await self._begin_again(partition) for partition in error.args[0]]
        # Beyond the last record, too: a transaction's markers, and what it took back, are none.
        for partition in self.positions:
            self.positions[partition] = await self._consumer.position(partition)
        return list(merge(*found.values(), key=lambda record: record.timestamp))

    def add(self, partitions: Iterable[TopicPartition]) -> None:
        """Read these, too, from their first record on: they are new."""
        self.positions |= dict.fromkeys(partitions, 0)
        self._assign()

    def _assign(self) -> None:
        self._consumer.assign([*self.positions])
        for partition, offset in self.positions.items():
            self._consumer.seek(partition, offset)

    async def _begin_again(self, partition: TopicPartition) -> Gap:
        since = self.positions[partition]
        await self._consumer.seek_to_beginning(partition)
        self.positions[partition] = await self._consumer.position(partition)
        return Gap(partition, since, self.positions[partition])


@asynccontextmanager
async def following(
    kafka: KafkaSettings, offsets: Mapping[TopicPartition, int], at_end: Sequence[TopicPartition] = ()
) -> AsyncIterator[Follower]:
    """Read from `offsets` on, and the partitions of `at_end` from there. Raises KafkaError."""
    consumer = Consumer(
        **kafka.client_options(),
        auto_offset_reset="none",
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=PARTITION_BYTES,
        fetch_max_bytes=RESPONSE_BYTES,
    )
    try:
        await consumer.start()
        ends = await consumer.end_offsets([*at_end]) if at_end else {}
        yield Follower(consumer, {**ends, **offsets})
    finally:
        await consumer.stop()
