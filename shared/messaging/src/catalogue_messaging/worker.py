"""A worker: consumers on one broker, a publisher, and its health and metrics."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Annotated, Any, TypeVar

import structlog
from catalogue_runtime.checks import Check, NotReadyError
from catalogue_runtime.health import Health, Heartbeat, serve
from catalogue_schema.topics import DEAD_LETTERS, Topic
from pydantic import Field
from pydantic_settings import BaseSettings

from catalogue_messaging.broker import Subscriber, make_broker, start, subscribe
from catalogue_messaging.consumer import BatchConsumer, Reject, Way
from catalogue_messaging.dead_letters import to_message
from catalogue_messaging.decoding import Decode, decode_json
from catalogue_messaging.failures import Failure, Handler, until_it_succeeds
from catalogue_messaging.fault_limit import FaultLimits
from catalogue_messaging.lag import watch_lag
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.reading import Consumer
from catalogue_messaging.settings import METADATA_AGE_MS, KafkaSettings

log = structlog.get_logger(__name__)

E = TypeVar("E")

STALL_LIMIT = 120
"""Seconds that one attempt at a batch may take before the worker counts as hung."""
START_BACKOFF = 3
"""Seconds at most between two attempts to begin: whoever starts everything at once should not wait long."""
FINISH_TIMEOUT = 5
"""Seconds that the batches in hand have at a stop."""
STOP_TIMEOUT = 8
"""Seconds to leave Kafka; `docker stop` kills after ten."""


class WorkerSettings(BaseSettings):
    """Where a worker answers `/livez`, `/readyz` and `/metrics`, and how many faults are too many.

    Subclasses name the service's prefix.
    """

    health_host: str = "127.0.0.1"
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8081
    max_unexpected_ratio: Annotated[float, Field(gt=0, le=1)] = 0.1
    max_unexpected_run: Annotated[int, Field(ge=1)] = 50

    @property
    def fault_limits(self) -> FaultLimits:
        return FaultLimits(self.max_unexpected_ratio, self.max_unexpected_run)


class Worker:
    """Consumes topics until the process is told to stop.

    `service` begins the consumer groups' names and is the CloudEvents source of what it publishes. A batch
    has `max_records` at most: few enough to be done within seconds, or a stop has to break it off.
    """

    def __init__(
        self, service: str, kafka: KafkaSettings, limits: FaultLimits | None = None, max_records: int = 4000
    ) -> None:
        self.publisher = EventPublisher(kafka, f"/{service}")
        self._kafka = kafka
        self._service = service
        self._max_records = max_records
        self._limits = limits
        self._broker = make_broker(kafka, service)
        self._jobs: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._job_failed = False
        self._consumers: list[tuple[BatchConsumer[Any], Subscriber]] = []
        self._heartbeat = Heartbeat()
        self._stopping = asyncio.Event()

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
        decode, reject = decode or decode_json(topic), reject or self._dead_letter
        consumer = BatchConsumer(topic, Way(handle, decode, reject), self._stopping, self._limits)
        name, group_id = self._kafka.topic_name(topic), self._kafka.group_id(self._service, topic)
        subscriber = subscribe(self._broker, consumer, name, group_id, self._max_records)
        self._consumers.append((consumer, subscriber))

    def beside(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have `job` run beside the consumers until the worker stops; a fault in it stops the worker."""
        self._jobs.append(job)

    async def run(self, settings: WorkerSettings, **checks: Check) -> None:
        """Consume until SIGINT or SIGTERM; `checks` are what `/readyz` asks beside Kafka.

        Exits with 1 after a fault in the worker itself and when the health port is taken.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        health = Health(self._fault, {"kafka": self._check_kafka, **checks})
        with _serve(health, settings):
            background = [self._heartbeat.beat(), watch_lag(self._clients), self._start()]
            tasks = [asyncio.create_task(each) for each in background]
            tasks += [self._begin(job) for job in self._jobs]
            await self._stopping.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop()
        if self._job_failed or any(consumer.failed for consumer, _ in self._consumers):
            sys.exit(1)

    def _begin(self, job: Callable[[], Coroutine[Any, Any, None]]) -> "asyncio.Task[None]":
        def done(task: "asyncio.Task[None]") -> None:
            if not task.cancelled() and (error := task.exception()):
                log.critical("a fault beside the consumers; stopping", exc_info=error)
                self._job_failed = True
                self._stopping.set()

        task = asyncio.create_task(job())
        task.add_done_callback(done)
        return task

    async def _start(self) -> None:
        await until_it_succeeds("any", self._try_start, lambda: None, START_BACKOFF)
        log.info("consuming", topics=[consumer.topic.name for consumer, _ in self._consumers])

    async def _try_start(self) -> None:
        # FastStream's consumers would wait 40 s for topics that are missing, and then end.
        await self.publisher.partitions(self._topics())
        await start(self._broker)

    async def _stop(self) -> None:
        """End the batches in hand and leave the groups, so that others take over at once.

        What hangs is left behind.
        """
        consumers = [consumer for consumer, _ in self._consumers]
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                with suppress(TimeoutError):
                    async with asyncio.timeout(FINISH_TIMEOUT):
                        await asyncio.gather(*(consumer.finished() for consumer in consumers))
                await asyncio.gather(*(consumer.break_off() for consumer in consumers))
                await self._broker.stop()
                await self.publisher.stop()
        except (TimeoutError, ExceptionGroup) as error:
            log.warning("stopped without taking leave of Kafka", error=repr(error))

    async def _dead_letter(self, failures: Sequence[Failure]) -> None:
        await self.publisher.publish_messages(DEAD_LETTERS, map(to_message, failures))

    def _topics(self) -> list[Topic]:
        return [DEAD_LETTERS, *(consumer.topic for consumer, _ in self._consumers)]

    def _clients(self) -> list[tuple[str, Consumer]]:
        return [(consumer.topic.name, each.consumer) for consumer, each in self._consumers if each.consumer]

    def _fault(self) -> str | None:
        if self._heartbeat.stopped:
            return "the event loop is blocked"
        for consumer, _ in self._consumers:
            if consumer.halted:
                return consumer.halted
            if consumer.busy_since is not None and time.monotonic() - consumer.busy_since > STALL_LIMIT:
                return f"a batch of {consumer.topic.name} hangs"
        return None

    async def _check_kafka(self) -> None:
        partitions = await self.publisher.partitions(self._topics())
        for consumer, subscriber in self._consumers:
            if not subscriber.running or subscriber.consumer is None:
                raise NotReadyError("not subscribed yet")
            topic, there = consumer.topic, partitions[consumer.topic]
            known = subscriber.consumer.partitions_for_topic(self._kafka.topic_name(topic)) or ()
            if len(known) != there:
                raise NotReadyError(
                    f"{topic.name} has {there} partitions, of which {len(known)} are consumed: "
                    f"the others will be within {METADATA_AGE_MS // 1000} s"
                )


def _serve(health: Health, settings: WorkerSettings) -> AbstractContextManager[object]:
    host, port = settings.health_host, settings.health_port
    try:
        return serve(health, host, port)
    except OSError as error:
        setting = f"{settings.model_config.get('env_prefix')}HEALTH_PORT"
        sys.exit(f"cannot listen on {host}:{port} ({error.strerror}): set {setting} to a free port")
