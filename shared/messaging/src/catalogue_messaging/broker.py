"""FastStream's broker and batch subscribers, set up so that only our own code decodes and commits."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from catalogue_messaging.consumer import Records
from catalogue_messaging.metrics import REBALANCES
from catalogue_messaging.settings import KafkaSettings

log = structlog.get_logger(__name__)

SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}

RETRY_BACKOFF_MS = 500
# A batch waits for as long as the database or Kafka is away; that must not cost the group membership.
MAX_POLL_INTERVAL_MS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Source:
    """What is consumed: a topic, by its own name and its name on Kafka, the group, and a batch at most."""

    topic: str
    name: str
    group_id: str
    max_records: int


Process = Callable[[Records, AIOKafkaConsumer], Awaitable[None]]


class Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Counts them: a worker that is assigned partitions again and again loses its time to rebalances."""

    def __init__(self, topic: str) -> None:
        self._topic = topic

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to do: offsets are committed with their batch."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        REBALANCES.labels(self._topic).inc()
        log.info("partitions assigned", topic=self._topic, partitions=sorted(tp.partition for tp in assigned))


def make_broker(kafka: KafkaSettings, service: str) -> KafkaBroker:
    """A broker that consumes only: events are published by EventPublisher, topics made by `topics`."""
    return KafkaBroker(
        kafka.bootstrap_servers.split(","),
        security=_security(kafka),
        client_id=service,
        consumer_only=True,
        allow_auto_create_topics=False,
        retry_backoff_ms=RETRY_BACKOFF_MS,
        apply_types=False,
        # A logger of our own: FastStream's has its own handler. What it warns of is what we asked for.
        logger=_errors_only(),
        # seconds that a batch in hand has at a stop
        graceful_timeout=5,
    )


def subscribe(broker: KafkaBroker, source: Source, process: Process) -> BatchSubscriber:
    """Hand every batch of `source` to `process`, one after another, with the consumer that commits it."""

    async def whole(records: Records) -> KafkaAckableMessage:
        # FastStream's own parser fails on a header that is null or no UTF-8, and with it the batch is lost.
        return KafkaAckableMessage(records, b"", consumer=subscriber.consumer)

    async def undecoded(message: KafkaAckableMessage) -> KafkaAckableMessage:
        return message

    async def handle(message: KafkaAckableMessage) -> None:
        await process(message.raw_message, message.consumer)

    subscriber = broker.subscriber(
        source.name,
        group_id=source.group_id,
        batch=True,
        max_records=source.max_records,
        # FastStream sleeps this long after each empty poll: the latency that an idle topic adds.
        batch_timeout_ms=50,
        ack_policy=AckPolicy.MANUAL,
        listener=Assignments(source.topic),
        parser=whole,
        decoder=undecoded,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        # how long the partitions of a worker that was killed wait for another
        session_timeout_ms=10_000,
    )
    subscriber(handle)
    return subscriber


def _errors_only() -> logging.Logger:
    logger = logging.getLogger(f"{__name__}.faststream")
    logger.setLevel(logging.ERROR)
    return logger


def _security(kafka: KafkaSettings) -> BaseSecurity:
    context = kafka.ssl_context()
    if not kafka.security_protocol.startswith("SASL"):
        return BaseSecurity(context)
    password = kafka.sasl_password.get_secret_value() if kafka.sasl_password else ""
    return SASL[kafka.sasl_mechanism](kafka.sasl_username or "", password, context)
