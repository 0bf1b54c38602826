"""Messages on their way to Kafka: what is published at the same time shares batches and requests.

aiokafka's own `send` makes a future and metadata for each message, and a request to Kafka for each few.
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerClosed
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from catalogue_messaging.envelope import Headers

LINGER = 0.005
"""Seconds for which messages wait for others while more come in every turn of the event loop."""
QUIET_TURNS = 3
"""Turns without a message that end the wait: what can be read now is a message two turns later."""

MESSAGES_A_TURN = 250
"""A few milliseconds of work, before others have their turn."""

Place = tuple[str, int]
"""A topic's name and a partition's number."""


class Message(NamedTuple):
    key: bytes | None
    value: bytes | None
    headers: Headers


class BatchTooLargeError(KafkaError):  # type: ignore[misc]  # aiokafka has no types
    """The broker takes no batch of `size` bytes, which held so many `messages`."""

    def __init__(self, size: int, messages: int) -> None:
        super().__init__(f"a batch of {size:,} bytes is over the topic's max.message.bytes")
        self.size = size
        self.messages = messages


def size_of(message: Message) -> int:
    """At most how many bytes the message is on the broker, alone in its batch."""
    key, value, headers = message
    return int(DefaultRecordBatchBuilder.estimate_size_in_bytes(key, value, headers))


class _Batch:
    """Messages for one partition. `taken` once the producer has them, settled once Kafka has or refused."""

    __slots__ = (
        *("_ceiling", "_error", "_loop", "_messages", "_settled", "_waiting"),
        *("builder", "submitting", "taken"),
    )

    def __init__(self, builder: BatchBuilder, loop: asyncio.AbstractEventLoop, ceiling: int | None) -> None:
        self.builder = builder
        self._ceiling = ceiling
        self._messages = 0
        self.submitting = False
        self.taken = asyncio.Event()
        self._loop = loop
        self._settled = False
        self._error: BaseException | None = None
        self._waiting: list[asyncio.Future[None]] = []

    def append(self, message: Message) -> bool:
        """Say whether there was room. An empty batch has room for a message of any size."""
        if self._ceiling and self._messages and self.builder.size() + size_of(message) > self._ceiling:
            return False
        key, value, headers = message
        if self.builder.append(timestamp=None, key=key, value=value, headers=headers) is None:
            return False
        self._messages += 1
        return True

    async def acknowledged(self) -> None:
        """Raises what Kafka answered otherwise."""
        if not self._settled:
            # A future for each who waits: giving up cancels it, and must not for others.
            future = self._loop.create_future()
            self._waiting.append(future)
            await future
        if isinstance(self._error, MessageSizeTooLargeError):
            raise BatchTooLargeError(self.builder.size(), self._messages)
        if self._error is not None:
            raise KafkaError(repr(self._error)) from self._error

    def settle(self, error: BaseException | None) -> None:
        self._settled, self._error = True, error
        for future in self._waiting:
            if not future.done():
                future.set_result(None)


class Outbox:
    """Collects messages in one open batch a partition, and hands the batches to `producer` together.

    Messages with one key stay in the order in which they were sent. What finds no room waits until its
    partition's batch was taken, so that Kafka may be away for long without messages piling up.
    `ceilings` are bytes that a topic's batches of several messages must stay under.
    """

    def __init__(self, producer: AIOKafkaProducer, ceilings: Mapping[str, int] | None = None) -> None:
        self.producer = producer
        self._ceilings = ceilings or {}
        self._loop = asyncio.get_running_loop()
        self._open: dict[Place, _Batch] = {}
        self._submissions: set[asyncio.Task[None]] = set()
        self._arrived = 0
        self._lingering = False

    async def send(self, topic: str, messages: Iterable[Message]) -> None:
        """Return once Kafka has acknowledged all. Raises KafkaError."""
        partitions = len(await self.producer.partitions_for(topic))
        batches: set[_Batch] = set()
        for number, message in enumerate(messages, start=1):
            place = topic, partition_of(message.key, partitions)
            batch = self._open.get(place)
            if batch is None or not batch.append(message):
                batch = await self._append_to_next(place, message)
            batches.add(batch)
            self._arrived += 1
            if number % MESSAGES_A_TURN == 0:
                await asyncio.sleep(0)
        for batch in batches:
            await batch.acknowledged()

    async def stop(self) -> None:
        """Close the producer. Raises KafkaError."""
        try:
            await self.producer.stop()
        finally:
            for submission in self._submissions:
                submission.cancel()

    async def _append_to_next(self, place: Place, message: Message) -> _Batch:
        while True:
            batch = self._open.get(place)
            if batch is None:
                ceiling = self._ceilings.get(place[0])
                batch = self._open[place] = _Batch(self.producer.create_batch(), self._loop, ceiling)
                self._linger()
            if batch.append(message):
                return batch
            self._submit(place, batch)
            await batch.taken.wait()

    def _linger(self) -> None:
        if not self._lingering:
            self._lingering = True
            self._loop.call_soon(self._turn, self._loop.time() + LINGER, self._arrived, 0)

    def _turn(self, until: float, arrived: int, quiet: int) -> None:
        quiet = quiet + 1 if arrived == self._arrived else 0
        if quiet < QUIET_TURNS and self._loop.time() < until:
            self._loop.call_soon(self._turn, until, self._arrived, quiet)
            return
        self._lingering = False
        for place, batch in self._open.items():
            self._submit(place, batch)

    def _submit(self, place: Place, batch: _Batch) -> None:
        if not batch.submitting:
            batch.submitting = True
            submission = self._loop.create_task(self._submission(place, batch))
            self._submissions.add(submission)
            submission.add_done_callback(self._submissions.discard)

    async def _submission(self, place: Place, batch: _Batch) -> None:
        topic, partition = place
        try:
            # Waits while the partition's former batch has not been taken; this one grows meanwhile.
            sent = await self.producer.send_batch(batch.builder, topic, partition=partition)
        except (KafkaError, asyncio.CancelledError) as error:
            batch.settle(error if isinstance(error, KafkaError) else ProducerClosed())
        else:
            sent.add_done_callback(lambda done: batch.settle(done.exception()))
        finally:
            # Before the producer's next turn: it counts the messages when it takes a batch from its queue.
            batch.builder.close()
            del self._open[place]
            batch.taken.set()


def partition_of(key: bytes | None, partitions: int) -> int:
    """The partition that Kafka's own clients choose for the key; any, without a key."""
    return _choose(None, partitions) if key is None else _partition_of_key(key, partitions)


@lru_cache(maxsize=10_000)
def _partition_of_key(key: bytes, partitions: int) -> int:
    return _choose(key, partitions)


def _choose(key: bytes | None, partitions: int) -> int:
    return int(DefaultPartitioner()(key, range(partitions), range(partitions)))
