"""Publishing events, each acknowledged by Kafka before the call returns."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from catalogue_schema.events import Event
from catalogue_schema.topics import DEAD_LETTERS, Topic

from catalogue_messaging.envelope import Headers, event_headers
from catalogue_messaging.failures import TransientError
from catalogue_messaging.metrics import PUBLISH_FAILURES, PUBLISH_SECONDS
from catalogue_messaging.settings import KafkaSettings

log = structlog.get_logger(__name__)

STOP_TIMEOUT = 2
"""Seconds. Every publish has waited for its acknowledgement: what is left was given up already."""


SENDS_AT_A_TIME = 250
"""Some 5 ms of work: `send` gives way to nobody while its batches have room."""


class PublishError(TransientError):
    """Kafka did not acknowledge in time. What was sent may arrive all the same: repeat with the same ids.

    `retry_after` is in seconds.
    """

    def __init__(self, topic: str, retry_after: float = 5) -> None:
        super().__init__(f"Kafka did not acknowledge messages for {topic}; is it running and reachable?")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Message:
    key: bytes | None
    value: bytes | None
    headers: Headers


class EventPublisher:
    """An idempotent producer (`acks=all`); `source` is the CloudEvents source of its events.

    `timeout` in seconds bounds each publish. It connects at the first use and again after a failure.
    """

    def __init__(self, settings: KafkaSettings, source: str, timeout: float = 10) -> None:
        self._settings = settings
        self._source = source
        self._timeout = timeout
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Close; what is not acknowledged soon is left."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), STOP_TIMEOUT)
            except (TimeoutError, KafkaError) as error:
                log.warning("stopped with messages that Kafka had not acknowledged", error=repr(error))

    async def ping(self) -> None:
        """Raise a KafkaError or TimeoutError unless a broker answers within two seconds."""
        await self.topics()

    async def topics(self) -> set[str]:
        """The names of Kafka's topics. Raises a KafkaError or TimeoutError after two seconds."""
        async with asyncio.timeout(2):
            producer = await self._connected()
            return set((await producer.client.fetch_all_metadata()).topics())

    async def publish(
        self,
        topic: Topic,
        events: Sequence[Event],
        traceparent: str | None = None,
    ) -> None:
        """Publish the topic's events. Raises PublishError when not all are acknowledged in time."""
        await self.publish_messages(topic, (self.message(topic, event, traceparent) for event in events))

    def message(self, topic: Topic, event: Event, traceparent: str | None = None) -> Message:
        """Write the event as it stands on its topic."""
        headers = event_headers(event, self._source, traceparent)
        key: str = getattr(event, topic.key)
        return Message(key.encode(), event.to_json(), headers)

    async def publish_messages(self, topic: Topic, messages: Iterable[Message]) -> None:
        """Publish messages as they are. Raises PublishError when not all are acknowledged in time."""
        name = self._settings.topic_name(topic)
        started = time.perf_counter()
        producer = None
        try:
            async with asyncio.timeout(self._timeout):
                producer = await self._connected()
                await _send(producer, name, messages)
        except (TimeoutError, KafkaError) as error:
            PUBLISH_FAILURES.labels(topic.name).inc()
            log.warning("publishing failed", topic=name, error=repr(error))
            if isinstance(error, KafkaError) and producer is not None:
                self._retire(producer)
            raise PublishError(name) from error
        PUBLISH_SECONDS.labels(topic.name).observe(time.perf_counter() - started)

    def _retire(self, producer: AIOKafkaProducer) -> None:
        """An idempotent producer that failed stays failed (a gap in its sequence numbers): take a new one."""
        # Not awaited: it may wait for as long as Kafka is away. Kept, or it could be collected meanwhile.
        closing = asyncio.create_task(producer.stop())
        if self._producer is producer:
            self._producer = None
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                self._producer = await _start_producer(self._settings)
            return self._producer


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


async def _send(producer: AIOKafkaProducer, topic: str, messages: Iterable[Message]) -> None:
    sent = []
    for number, message in enumerate(messages, start=1):
        sent.append(await producer.send(topic, message.value, key=message.key, headers=message.headers))
        if number % SENDS_AT_A_TIME == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*sent)
