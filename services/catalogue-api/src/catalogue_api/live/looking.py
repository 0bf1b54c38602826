"""Looking at the topics once, through a consumer of its own: at their ends, or for one event."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord, TopicPartition
from catalogue_messaging.envelope import header
from catalogue_messaging.following import PARTITION_BYTES, RESPONSE_BYTES
from catalogue_messaging.reading import Consumer
from catalogue_schema.headers import CE_ID
from catalogue_schema.topics import Topic

from catalogue_api.http.problems import Unavailable
from catalogue_api.live.messages import told
from catalogue_api.live.positions import Positions
from catalogue_api.live.tail import KAFKA_ERRORS
from catalogue_api.live.topics import Topics

AT_ONCE = 2
"""Looks; others wait for theirs."""
TIMEOUT = 5.0
LAST = 20
"""Records of each partition that may be among the newest of all."""
NEAR = 500
"""Records of each partition among which an event is looked for."""
FETCH_WAIT_MS = 20
"""How long a broker waits for records where there are none, as at the ends, from where a consumer begins."""
CLOCKS = timedelta(seconds=2)
"""By which the clocks of producers and brokers may differ."""

Offsets = Mapping[TopicPartition, int]


@dataclass(frozen=True, slots=True)
class Recent:
    """`events` are what is told of each, the newest first; `positions` lead behind them."""

    events: list[dict[str, Any]]
    positions: Positions


@dataclass(frozen=True, slots=True)
class Window:
    """When an event may have been published: from `since` on, or before `until`; the nearer the better."""

    since: datetime | None = None
    until: datetime | None = None


class Looks:
    """Raise Unavailable where Kafka is away, or others' looks take too long."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def at_ends(self, wanted: Iterable[Topic], most: int) -> Recent:
        """The newest `most`, of the last few of each partition."""
        async with self._consumer(wanted) as consumer:
            ends: Offsets = await consumer.end_offsets(consumer.assignment())
            begins = await _no_earlier(consumer, {each: end - LAST for each, end in ends.items()})
            records = [record async for record in _read(consumer, begins, ends)]
        records.sort(key=lambda record: record.timestamp, reverse=True)
        events = [told(self._topics.named(record.topic), record) for record in records]
        return Recent([event for event in events if event][:most], self._positions(ends))

    async def for_event(
        self, event_id: UUID, wanted: Iterable[Topic], window: Window
    ) -> list[dict[str, Any]]:
        """What is told of each record of the event, the oldest first, among those near the window's edge."""
        wanted_id = str(event_id)
        async with self._consumer(wanted) as consumer:
            begins, ends = await _near(consumer, window)
            records = [
                record
                async for record in _read(consumer, begins, ends)
                if header([*record.headers], CE_ID) == wanted_id
            ]
        records.sort(key=lambda record: record.timestamp)
        found = (told(self._topics.named(record.topic), record) for record in records)
        return [event for event in found if event]

    async def _partitions(self, wanted: Iterable[Topic]) -> list[TopicPartition]:
        numbers, names = await self._topics.partitions(), {topic.name for topic in wanted}
        places = [(name, n) for name, number in numbers.items() if name in names for n in range(number)]
        return [self._topics.on_broker(place) for place in places]

    def _positions(self, ends: Offsets) -> Positions:
        by_topic: dict[str, list[int]] = {}
        for partition in sorted(ends):
            by_topic.setdefault(self._topics.place(partition)[0], []).append(ends[partition])
        return Positions(by_topic)

    @asynccontextmanager
    async def _consumer(self, wanted: Iterable[Topic]) -> AsyncIterator[Consumer]:
        consumer = Consumer(
            **self._topics.kafka.client_options(),
            auto_offset_reset="latest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=PARTITION_BYTES,
            fetch_max_bytes=RESPONSE_BYTES,
        )
        try:
            async with asyncio.timeout(TIMEOUT), self._slots:
                try:
                    await consumer.start()
                    # Before it is asked anything: of topics that it does not know yet it answers late.
                    consumer.assign(await self._partitions(wanted))
                    yield consumer
                finally:
                    await consumer.stop()
        except KAFKA_ERRORS as error:
            raise Unavailable("Kafka cannot be read now.", retry_after=5) from error


async def _near(consumer: Consumer, window: Window) -> tuple[Offsets, Offsets]:
    ends = await consumer.end_offsets(consumer.assignment())
    if window.since is not None:
        begins = await _at(consumer, ends, window.since - CLOCKS)
        return begins, {each: min(end, begins[each] + NEAR) for each, end in ends.items()}
    if window.until is not None:
        ends = await _at(consumer, ends, window.until + CLOCKS)
    return await _no_earlier(consumer, {each: end - NEAR for each, end in ends.items()}), ends


async def _at(consumer: Consumer, ends: Offsets, moment: datetime) -> Offsets:
    """Where the first record of that moment or later stands; else the end."""
    found = await consumer.offsets_for_times(dict.fromkeys(ends, round(moment.timestamp() * 1000)))
    return {each: found[each].offset if found.get(each) else end for each, end in ends.items()}


async def _no_earlier(consumer: Consumer, offsets: Offsets) -> Offsets:
    """Than what the topic still has."""
    first = await consumer.beginning_offsets([*offsets])
    return {each: max(offset, first[each]) for each, offset in offsets.items()}


async def _read(consumer: Consumer, begins: Offsets, ends: Offsets) -> AsyncIterator[ConsumerRecord]:
    left = {each for each, end in ends.items() if begins[each] < end}
    if not left:
        return  # aiokafka's consumer of no partition takes forever to stop
    consumer.assign([*left])
    for each in left:
        consumer.seek(each, begins[each])
    while left:
        for partition, records in (await consumer.getmany(max_records=NEAR, within=1)).items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
        left = {each for each in left if await consumer.position(each) < ends[each]}
