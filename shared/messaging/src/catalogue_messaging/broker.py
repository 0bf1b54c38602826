"""FastStream's broker and batch subscribers, set up so that only our own code decodes and commits.

What works against FastStream 0.7 stands here and nowhere else (docs/adr/0010). It either acknowledges what a
handler failed on or seeks back to it at once, for ever; it logs and drops every exception, one raised while
it decodes a batch's headers included; it sleeps after each empty poll; and it makes a consumer of its own.
So it hands over the records as they came, never acknowledges, and is given our consumer, which waits.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber as Subscriber
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from catalogue_messaging.consumer import BatchConsumer, Records
from catalogue_messaging.metrics import REBALANCES
from catalogue_messaging.reading import Consumer
from catalogue_messaging.settings import METADATA_AGE_MS, KafkaSettings

log = structlog.get_logger(__name__)

__all__ = ["Subscriber", "make_broker", "start", "subscribe"]

SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}

RETRY_BACKOFF_MS = 500
# A batch waits for as long as the database or Kafka is away; that must not cost the group membership.
MAX_POLL_INTERVAL_MS = 2**31 - 1
REVOKE_TIMEOUT = 5
"""Seconds that a batch in hand has when its partitions are revoked: under the session's timeout."""


class Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Ends the batch in hand before its partitions go to another worker, and counts rebalances."""

    def __init__(self, consumer: BatchConsumer[Any]) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, _: set[TopicPartition]) -> None:
        # Whatever is not committed by then is handled twice, which changes nothing.
        with suppress(TimeoutError):
            async with asyncio.timeout(REVOKE_TIMEOUT):
                await self._consumer.finished()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        topic = self._consumer.topic.name
        REBALANCES.labels(topic).inc()
        log.info("partitions assigned", topic=topic, partitions=sorted(tp.partition for tp in assigned))


def make_broker(kafka: KafkaSettings, service: str) -> KafkaBroker:
    """A broker that consumes only: events are published by EventPublisher, topics made by `topics`."""
    return KafkaBroker(
        kafka.bootstrap_servers.split(","),
        security=_security(kafka),
        client_id=service,
        consumer_only=True,
        allow_auto_create_topics=False,
        retry_backoff_ms=RETRY_BACKOFF_MS,
        metadata_max_age_ms=METADATA_AGE_MS,
        apply_types=False,
        # A logger of our own: FastStream's has its own handler. What it warns of is what we asked for.
        logger=_errors_only(),
    )


def subscribe(
    broker: KafkaBroker, consumer: BatchConsumer[Any], topic: str, group_id: str, max_records: int
) -> Subscriber:
    """Hand every batch of the topic of this name to `consumer`, one after another."""

    async def whole(records: Records) -> KafkaAckableMessage:
        # FastStream's own parser fails on a header that is null or no UTF-8, and with it the batch is lost.
        return KafkaAckableMessage(records, b"", consumer=subscriber.consumer)

    async def undecoded(message: KafkaAckableMessage) -> KafkaAckableMessage:
        return message

    async def handle(message: KafkaAckableMessage) -> None:
        # FastStream's message is part of a cycle of references, and would keep its records for long.
        records, message.raw_message = message.raw_message, ()
        await consumer.process(records, message.consumer)

    subscriber = broker.subscriber(
        topic,
        group_id=group_id,
        batch=True,
        max_records=max_records,
        ack_policy=AckPolicy.MANUAL,
        listener=Assignments(consumer),
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


async def start(broker: KafkaBroker) -> None:
    """Begin to consume. Raises KafkaError while Kafka is away; then the broker is stopped, to start again."""
    try:
        await broker.connect()
        config = broker.config.broker_config
        # FastStream has no setting for the kind of consumer; what it was going to pass stands in `keywords`.
        options = cast("partial[AIOKafkaConsumer]", config.builder).keywords
        config.builder = partial(Consumer, **options)
        await broker.start()
    except BaseException:
        await broker.stop()
        raise


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
