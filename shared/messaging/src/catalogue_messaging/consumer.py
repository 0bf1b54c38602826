"""Consuming a topic in batches: decode, handle, dead-letter what failed for good, then commit.

Nothing below raises: a batch is committed, or repeated until it can be (`broker` says why).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.topics import Topic
from pydantic import ValidationError

from catalogue_messaging.decoding import Decode, invalid
from catalogue_messaging.failures import Failure, Handler, Received, failed, isolate, until_it_succeeds
from catalogue_messaging.fault_limit import FaultLimit, FaultLimits
from catalogue_messaging.metrics import BATCH_SECONDS, BATCH_SIZE

log = structlog.get_logger(__name__)

E = TypeVar("E")

Records = tuple[ConsumerRecord, ...]
Reject = Callable[[Sequence[Failure]], Awaitable[None]]
"""Puts failures where they are kept; any exception means: not yet, try again."""


@dataclass(frozen=True, slots=True)
class Batch(Generic[E]):
    """What was fetched together, and what decoding made of it."""

    records: Records
    received: list[Received[E]]
    failures: list[Failure]


class Way(NamedTuple, Generic[E]):
    """How a topic's messages are decoded and handled, and where those go that fail."""

    handle: Handler[E]
    decode: Decode[E]
    reject: Reject


TURN = 50
"""Messages decoded between two turns of the event loop: the batch before is being written meanwhile."""
COMMIT_TIMEOUT = 30
"""Seconds; aiokafka itself would wait for a coordinator for ever."""


class BatchConsumer(Generic[E]):
    """Takes one batch after another: while one is handled and committed, the next is fetched and decoded.

    `busy_since` tells a batch that hangs from an idle topic; `halted` says why it stands still on purpose.
    Once `stopping` is set, no batch is begun; a fault in the pipeline itself sets it too, and `failed`: to go
    on would be to commit past its batch.
    """

    def __init__(
        self, topic: Topic, way: Way[E], stopping: asyncio.Event, limits: FaultLimits | None = None
    ) -> None:
        self.topic = topic
        self.busy_since: float | None = None
        self.failed = False
        self.halted: str | None = None
        self._limit = FaultLimit(limits or FaultLimits())
        self._handle, self._decode, self._reject = way
        self._stopping = stopping
        self._finishing: asyncio.Task[None] | None = None

    async def process(self, records: Records, consumer: AIOKafkaConsumer) -> None:
        """Decode a batch, wait until the one before it is committed, and begin to handle this one.

        Never raises but when cancelled.
        """
        started = time.perf_counter()
        BATCH_SIZE.labels(self.topic.name).observe(len(records))
        received, failures = await self._decode_all(records)
        await self.finished()
        if self._stopping.is_set():
            return  # uncommitted: it will come again, here or at another worker
        self._finishing = asyncio.create_task(self._finish(Batch(records, received, failures), consumer))
        self._finishing.add_done_callback(lambda task: self._done(task, started))

    async def finished(self) -> None:
        """Wait until the batch in hand, if there is one, is committed. To cancel the wait leaves it alone."""
        if self._finishing is not None:
            await asyncio.wait([self._finishing])

    async def break_off(self) -> None:
        """Leave the batch in hand uncommitted."""
        if self._finishing is not None:
            self._finishing.cancel()
            await asyncio.wait([self._finishing])

    async def _finish(self, batch: Batch[E], consumer: AIOKafkaConsumer) -> None:
        """Handle a batch to its end, then commit it."""
        self._progress()
        failures = batch.failures + await until_it_succeeds(
            self.topic.name, lambda: isolate(self._handle, batch.received), self._progress
        )
        if reason := self._limit.exceeded(batch.records, failures):
            await self._halt(reason)
        if failures:
            await until_it_succeeds(self.topic.name, lambda: self._reject(failures), self._progress)
            self._count(failures)
        await until_it_succeeds(self.topic.name, lambda: _commit(batch.records, consumer), self._progress)

    async def _halt(self, reason: str) -> None:
        """Keep the batch uncommitted until the process ends: the next one, mended, gets it again."""
        self.halted = (
            f"{self.topic.name}: {reason}: nothing is committed until a worker without the fault starts"
        )
        self.busy_since = None
        log.critical("halted", topic=self.topic.name, reason=reason)
        await asyncio.Event().wait()

    def _done(self, task: "asyncio.Task[None]", started: float) -> None:
        self.busy_since = None
        BATCH_SECONDS.labels(self.topic.name).observe(time.perf_counter() - started)
        if not task.cancelled() and (error := task.exception()):
            log.critical("a batch could not be finished; stopping, it will come again", exc_info=error)
            self.failed = True
            self._stopping.set()

    def _progress(self) -> None:
        self.busy_since = time.monotonic()

    async def _decode_all(self, records: Records) -> tuple[list[Received[E]], list[Failure]]:
        received, failures = [], []
        for number, record in enumerate(records):
            if number % TURN == TURN - 1:
                await asyncio.sleep(0)
            try:
                received.append(Received(record, self._decode(record)))
            except ValidationError as error:
                failures.append(invalid(record, error))
            except Exception as error:  # noqa: BLE001 (whatever it is, it must cost no other message)
                failures.append(failed(record, error))
        return received, failures

    def _count(self, failures: Sequence[Failure]) -> None:
        count_events(self.topic.event, Outcome.DEAD_LETTERED, len(failures))
        first = failures[0]
        log.warning(
            "dead-lettered",
            topic=self.topic.name,
            reasons=dict(Counter(failure.reason.value for failure in failures)),
            first=f"{first.record.topic}/{first.record.partition}/{first.record.offset}: {first.detail}",
        )


async def _commit(records: Records, consumer: AIOKafkaConsumer) -> None:
    """Commit what follows the batch in each partition that is still ours.

    Raises KafkaError or TimeoutError while Kafka is away. After a rebalance the records come again, here or
    at the partition's new owner: they are handled twice, which changes nothing.
    """
    following: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        following[partition] = max(following.get(partition, 0), record.offset + 1)
    ours = {tp: following[tp] for tp in following.keys() & consumer.assignment()}
    if not ours:
        return
    try:
        async with asyncio.timeout(COMMIT_TIMEOUT):
            await consumer.commit(ours)
    except (CommitFailedError, IllegalStateError) as error:
        log.info("the group was rebalanced, the batch may come again", error=repr(error))
