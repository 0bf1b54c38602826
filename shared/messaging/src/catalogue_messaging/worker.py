"""A worker: consumers on one broker, a publisher, and its health and metrics."""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from typing import Annotated, Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from catalogue_schema.topics import DEAD_LETTERS, Topic
from faststream import FastStream
from faststream.kafka.subscriber.usecase import BatchSubscriber
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings

from catalogue_messaging.broker import make_broker, subscribe
from catalogue_messaging.consumer import BatchConsumer, Decode, Records, Reject, decode_json
from catalogue_messaging.dead_letters import to_message
from catalogue_messaging.failures import Failure, Handler, until_it_succeeds
from catalogue_messaging.health import Check, Health, Heartbeat, serve
from catalogue_messaging.metrics import LAG
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.settings import KafkaSettings

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=BaseModel)

STALL_LIMIT = 120
"""Seconds that one attempt at a batch may take before the worker counts as hung."""
LAG_INTERVAL = 5
"""Seconds between two looks at how far the consumers are behind."""


class HealthSettings(BaseSettings):
    """Where a worker answers `/livez`, `/readyz` and `/metrics`; subclasses name the service's prefix."""

    health_host: str = "127.0.0.1"
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8081


class Worker:
    """Consumes topics until the process is told to stop.

    `service` begins the consumer groups' names and is the CloudEvents source of what it publishes.
    """

    def __init__(self, service: str, kafka: KafkaSettings) -> None:
        self.publisher = EventPublisher(kafka, f"/{service}")
        self.failed = False
        self._kafka = kafka
        self._service = service
        self._broker = make_broker(kafka, service)
        self._app = FastStream(self._broker, logger=None, on_startup=[self._connect])
        self._consumers: list[tuple[BatchConsumer[Any], BatchSubscriber]] = []
        self._heartbeat = Heartbeat()

    def consume(
        self,
        topic: Topic,
        handle: Handler[E],
        decode: Decode[E] | None = None,
        reject: Reject | None = None,
    ) -> None:
        """Hand the topic's events to `handle`, in batches; what fails for good goes to the dead letters.

        `decode` and `reject` are for a topic whose messages are no JSON events, or have nowhere to go.
        """
        consumer = BatchConsumer(topic, handle, decode or decode_json(topic), reject or self._dead_letter)

        async def process(records: Records, client: AIOKafkaConsumer) -> None:
            if self.failed:
                return
            try:
                await consumer.process(records, client)
            except Exception:
                # A fault in the pipeline itself. Going on would commit past this batch: stop instead.
                log.critical("a batch could not be finished; stopping, it will come again", exc_info=True)
                self.failed = True
                self._app.exit()

        group_id = self._kafka.group_id(self._service, topic)
        subscriber = subscribe(self._broker, self._kafka.topic_name(topic), group_id, process)
        self._consumers.append((consumer, subscriber))

    async def run(self, settings: HealthSettings, **checks: Check) -> None:
        """Consume until SIGINT or SIGTERM; `checks` are what `/readyz` asks beside Kafka.

        Exits with 1 after a fault in the worker itself and when the health port is taken.
        """
        health = Health(self._fault, {"kafka": self._check_kafka, **checks})
        async with AsyncExitStack() as stack:
            stack.enter_context(_serve(health, settings))
            stack.push_async_callback(self.publisher.stop)
            tasks = [asyncio.create_task(self._heartbeat.beat()), asyncio.create_task(self._watch_lag())]
            for task in tasks:
                stack.callback(task.cancel)
            await self._app.run()
        if self.failed:
            sys.exit(1)

    async def _connect(self) -> None:
        await until_it_succeeds("any", self.publisher.start, lambda: None)

    async def _dead_letter(self, failures: Sequence[Failure]) -> None:
        await self.publisher.publish_messages(DEAD_LETTERS, map(to_message, failures))

    def _fault(self) -> str | None:
        if self._heartbeat.stopped:
            return "the event loop is blocked"
        for consumer, _ in self._consumers:
            if consumer.busy_since is not None and time.monotonic() - consumer.busy_since > STALL_LIMIT:
                return f"a batch of {consumer.topic.name} hangs"
        return None

    async def _check_kafka(self) -> None:
        await self.publisher.ping()
        if not all(subscriber.running for _, subscriber in self._consumers):
            raise ConnectionError("not subscribed yet")

    async def _watch_lag(self) -> None:
        while True:
            await asyncio.sleep(LAG_INTERVAL)
            try:
                async with asyncio.timeout(LAG_INTERVAL):
                    await self._measure_lag()
            except (KafkaError, TimeoutError) as error:
                log.info("consumer lag unknown", error=repr(error))

    async def _measure_lag(self) -> None:
        lags: dict[tuple[str, int], int] = {}
        for consumer, subscriber in self._consumers:
            client = subscriber.consumer
            if client is None or not client.assignment():
                continue
            ends = await client.end_offsets(list(client.assignment()))
            for partition, end in ends.items():
                committed = await client.committed(partition) or 0
                lags[consumer.topic.name, partition.partition] = max(0, end - committed)
        # Partitions that went to another worker are that one's to report.
        LAG.clear()
        for (topic, number), lag in lags.items():
            LAG.labels(topic, number).set(lag)


def _serve(health: Health, settings: HealthSettings) -> AbstractContextManager[object]:
    host, port = settings.health_host, settings.health_port
    try:
        return serve(health, host, port)
    except OSError as error:
        setting = f"{settings.model_config.get('env_prefix')}HEALTH_PORT"
        sys.exit(f"cannot listen on {host}:{port} ({error.strerror}): set {setting} to a free port")
