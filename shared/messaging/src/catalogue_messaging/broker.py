"""FastStream's broker and batch subscribers, set up so that only our own code decodes and commits."""

import logging
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from catalogue_messaging.consumer import Records
from catalogue_messaging.settings import KafkaSettings

SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}

MAX_RECORDS = 1000
# A batch waits for as long as the database or Kafka is away; that must not cost the group membership.
MAX_POLL_INTERVAL_MS = 2**31 - 1

Process = Callable[[Records, AIOKafkaConsumer], Awaitable[None]]


def make_broker(kafka: KafkaSettings, service: str) -> KafkaBroker:
    """A broker that consumes only: events are published by EventPublisher, topics made by `topics`."""
    return KafkaBroker(
        kafka.bootstrap_servers.split(","),
        security=_security(kafka),
        client_id=service,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        # A logger of our own: FastStream's has its own handler. What it warns of is what we asked for.
        logger=_errors_only(),
        graceful_timeout=10,
    )


def subscribe(broker: KafkaBroker, topic: str, group_id: str, process: Process) -> BatchSubscriber:
    """Hand every batch of `topic` to `process`, one after another, with the consumer that commits it."""

    async def whole(records: Records) -> KafkaAckableMessage:
        # FastStream's own parser fails on a header that is null or no UTF-8, and with it the batch is lost.
        return KafkaAckableMessage(records, b"", consumer=subscriber.consumer)

    async def undecoded(message: KafkaAckableMessage) -> KafkaAckableMessage:
        return message

    async def handle(message: KafkaAckableMessage) -> None:
        await process(message.raw_message, message.consumer)

    subscriber = broker.subscriber(
        topic,
        group_id=group_id,
        batch=True,
        max_records=MAX_RECORDS,
        # FastStream sleeps this long after each empty poll: the latency that an idle topic adds.
        batch_timeout_ms=50,
        ack_policy=AckPolicy.MANUAL,
        parser=whole,
        decoder=undecoded,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        session_timeout_ms=15_000,
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
