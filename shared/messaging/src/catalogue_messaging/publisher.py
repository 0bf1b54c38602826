"""Publishing events, each acknowledged by Kafka before the call returns."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from catalogue_runtime.checks import NotReadyError
from catalogue_runtime.timeouts import Timeouts
from catalogue_schema.events import Event, Reason
from catalogue_schema.topics import DEAD_LETTERS, Topic
from prometheus_client import Histogram

from catalogue_messaging.envelope import event_headers
from catalogue_messaging.failures import PermanentError, TransientError
from catalogue_messaging.metrics import PUBLISH_FAILURES, PUBLISH_SECONDS
from catalogue_messaging.outbox import BatchTooLargeError, Message, Outbox, size_of
from catalogue_messaging.settings import KafkaSettings

log = structlog.get_logger(__name__)

STOP_TIMEOUT = 2
"""Seconds. Every publish has waited for its acknowledgement: what is left was given up already."""


class PublishError(TransientError):
    """Kafka did not acknowledge in time. What was sent may arrive all the same: repeat with the same ids.

    `retry_after` is in seconds.
    """

    def __init__(self, topic: str, retry_after: float = 5) -> None:
        super().__init__(f"Kafka did not acknowledge messages for {topic}; is it running and reachable?")
        self.retry_after = retry_after


class MessageTooLargeError(PermanentError):
    """A message is over its topic's limit: it was not sent, and no repeat will help."""

    reason = Reason.INVALID

    def __init__(self, topic: Topic, size: int, limit: int | None = None) -> None:
        over = "max.message.bytes" if limit is None else f"{limit:,}"
        super().__init__(f"a message of {size:,} bytes is over the {over} of {topic.name}")


class EventPublisher:
    """An idempotent producer (`acks=all`); `source` is the CloudEvents source of its events.

    `timeout` in seconds bounds each publish. It connects at the first use and again after a failure.
    """

    def __init__(self, settings: KafkaSettings, source: str, timeout: float = 10) -> None:
        self._settings = settings
        self._source = source
        self._timeouts = Timeouts(timeout)
        self._name = cache(settings.topic_name)
        self._outbox: Outbox | None = None
        self._ceilings: dict[str, int] = {}
        self._connecting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Close; what is not acknowledged soon is left."""
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            try:
                await asyncio.wait_for(outbox.stop(), STOP_TIMEOUT)
            except (TimeoutError, KafkaError) as error:
                log.warning("stopped with messages that Kafka had not acknowledged", error=repr(error))

    async def partitions(self, topics: Iterable[Topic]) -> dict[Topic, int]:
        """How many partitions each of the topics has now.

        Raises a KafkaError or TimeoutError unless a broker answers within two seconds, and NotReadyError
        where a topic does not exist.
        """
        async with asyncio.timeout(2):
            cluster = await (await self._connected()).producer.client.fetch_all_metadata()
        found = {topic: len(cluster.partitions_for_topic(self._name(topic)) or ()) for topic in topics}
        if missing := sorted(self._name(topic) for topic, partitions in found.items() if not partitions):
            create = "create them with python -m catalogue_messaging.topics"
            raise NotReadyError(f"Kafka has no topics {', '.join(missing)}: {create}")
        return found

    async def publish(
        self,
        topic: Topic,
        events: Sequence[Event],
        passed_on: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Publish the topic's events. Raises PublishError when not all are acknowledged in time."""
        await self.publish_messages(topic, (self.message(topic, event, passed_on) for event in events))

    def message(self, topic: Topic, event: Event, passed_on: Sequence[tuple[str, bytes]] = ()) -> Message:
        """Write the event as it stands on its topic; `passed_on` is of its request, or the message before."""
        headers = event_headers(event, self._source, passed_on)
        key = str(getattr(event, topic.key))
        return Message(key.encode(), event.to_json(), headers)

    async def publish_messages(self, topic: Topic, messages: Iterable[Message]) -> None:
        """Publish messages as they are. Raises PublishError when not all are acknowledged in time.

        Raises MessageTooLargeError at the first that is; those before it may be published.
        """
        started = time.perf_counter()
        outbox = None
        try:
            with self._timeouts():
                outbox = self._outbox or await self._connected()
                await outbox.send(self._name(topic), _within_limit(topic, messages))
        except (TimeoutError, KafkaError) as error:
            PUBLISH_FAILURES.labels(topic.name).inc()
            log.warning("publishing failed", topic=topic.name, error=repr(error))
            if isinstance(error, KafkaError) and outbox is not None:
                self._retire(outbox)
            if isinstance(error, BatchTooLargeError):
                self._stay_under(topic, error)
            raise PublishError(self._name(topic)) from error
        _seconds(topic.name).observe(time.perf_counter() - started)

    def _stay_under(self, topic: Topic, refused: BatchTooLargeError) -> None:
        """Send smaller batches to a topic whose limit somebody lowered.

        Raises MessageTooLargeError where one message is over it; such are tried each time, in case the limit
        is raised again.
        """
        if refused.messages == 1:
            raise MessageTooLargeError(topic, refused.size) from refused
        self._ceilings[self._name(topic)] = refused.size // 2
        log.warning("the topic's max.message.bytes was lowered: smaller batches follow", topic=topic.name)

    def _retire(self, outbox: Outbox) -> None:
        """An idempotent producer that failed stays failed (a gap in its sequence numbers): take a new one."""
        if self._outbox is outbox:
            self._outbox = None
            # Not awaited: it may wait for as long as Kafka is away. Kept, or it could be collected meanwhile.
            closing = asyncio.create_task(outbox.stop())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _connected(self) -> Outbox:
        async with self._connecting:
            if self._outbox is None:
                self._outbox = Outbox(await _start_producer(self._settings), self._ceilings)
            return self._outbox


async def _start_producer(settings: KafkaSettings) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        **settings.client_options(),
        acks="all",
        enable_idempotence=True,
        max_batch_size=256 * 1024,
        max_request_size=DEAD_LETTERS.max_message_bytes,
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


def _within_limit(topic: Topic, messages: Iterable[Message]) -> Iterator[Message]:
    for message in messages:
        if (size := size_of(message)) > topic.max_message_bytes:
            raise MessageTooLargeError(topic, size, topic.max_message_bytes)
        yield message


# Looking a child up by its labels costs more than observing it.
@cache
def _seconds(topic: str) -> Histogram:
    return PUBLISH_SECONDS.labels(topic)
