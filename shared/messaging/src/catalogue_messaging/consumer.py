"""Consuming a topic in batches: decode, handle, dead-letter what failed for good, then commit.

FastStream 0.7 either acknowledges what a handler failed on or seeks back to it at once, for ever; and it logs
and drops every exception, one raised while it decodes a batch's headers included. So it hands over the
records as they came, never acknowledges by itself, and nothing below raises: a batch is committed, or
repeated until it can be.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from catalogue_runtime.metrics import Outcome, count_events
from catalogue_schema.events import Reason
from catalogue_schema.topics import Topic
from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails

from catalogue_messaging.failures import Failure, Handler, Received, failed, isolate, until_it_succeeds
from catalogue_messaging.metrics import BATCH_SECONDS, BATCH_SIZE

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=BaseModel)

Records = tuple[ConsumerRecord, ...]
Decode = Callable[[ConsumerRecord], E]
"""Raises Pydantic's ValidationError for a message that is no such event."""
Reject = Callable[[Sequence[Failure]], Awaitable[None]]
"""Puts failures where they are kept; any exception means: not yet, try again."""

COMMIT_TIMEOUT = 30
"""Seconds; aiokafka itself would wait for a coordinator for ever."""


class BatchConsumer(Generic[E]):
    """Takes one batch after another; `busy_since` tells a batch that hangs from an idle topic."""

    def __init__(self, topic: Topic, handle: Handler[E], decode: Decode[E], reject: Reject) -> None:
        self.topic = topic
        self.busy_since: float | None = None
        self._handle = handle
        self._decode = decode
        self._reject = reject

    async def process(self, records: Records, consumer: AIOKafkaConsumer) -> None:
        """Handle a batch to its end and commit it. Returns only then; never raises but when cancelled."""
        started = time.perf_counter()
        self._progress()
        BATCH_SIZE.labels(self.topic.name).observe(len(records))
        received, failures = self._decode_all(records)
        failures += await until_it_succeeds(
            self.topic.name, lambda: isolate(self._handle, received), self._progress
        )
        if failures:
            await until_it_succeeds(self.topic.name, lambda: self._reject(failures), self._progress)
            self._count(failures)
        await until_it_succeeds(self.topic.name, lambda: _commit(records, consumer), self._progress)
        self.busy_since = None
        BATCH_SECONDS.labels(self.topic.name).observe(time.perf_counter() - started)

    def _progress(self) -> None:
        self.busy_since = time.monotonic()

    def _decode_all(self, records: Records) -> tuple[list[Received[E]], list[Failure]]:
        received, failures = [], []
        for record in records:
            try:
                received.append(Received(record, self._decode(record)))
            except ValidationError as error:
                failures.append(_invalid(record, error))
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


def decode_json(topic: Topic) -> Decode[Any]:
    """Reads a message's value as its topic's event; what the headers say is not needed for it.

    The model makes up an `event_id` and `occurred_at` that are missing. Here that would make a new event of
    each redelivery, so a message has to have them.
    """

    def decode(record: ConsumerRecord) -> BaseModel:
        # A newer producer may send fields that this worker does not know yet: kept, for it may pass them on.
        event = topic.event.model_validate_json(record.value or b"", extra="allow")
        missing = [
            InitErrorDetails(type="missing", loc=(field,), input={})
            for field in ("event_id", "occurred_at")
            if field not in event.model_fields_set
        ]
        if missing:
            raise ValidationError.from_exception_data(topic.event.__name__, missing)
        return event

    return decode


def _invalid(record: ConsumerRecord, error: ValidationError) -> Failure:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    undecodable = faults[0]["type"] == "json_invalid"
    detail = "; ".join("/".join(["", *map(str, fault["loc"])]) + " " + fault["msg"] for fault in faults)
    reason = Reason.UNDECODABLE if undecodable else Reason.INVALID
    return Failure(record, reason, detail.strip(), "ValidationError")


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
