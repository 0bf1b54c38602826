"""How far the consumers are behind, for Prometheus, which counts what is no message as consumed."""

import asyncio
from collections.abc import Callable, Iterable

import structlog
from aiokafka.errors import IllegalStateError, KafkaError

from catalogue_messaging.metrics import LAG
from catalogue_messaging.reading import Consumer

log = structlog.get_logger(__name__)

INTERVAL = 5
"""Seconds between two looks."""

Consumers = Iterable[tuple[str, Consumer]]
"""Each topic's consumer, by the topic's name without prefix."""


async def watch_lag(consumers: Callable[[], Consumers]) -> None:
    """Keep the gauge up to date until cancelled."""
    while True:
        await asyncio.sleep(INTERVAL)
        try:
            async with asyncio.timeout(INTERVAL):
                for _, consumer in consumers():
                    await consumer.commit_markers()
                await measure_lag(consumers())
        except (KafkaError, IllegalStateError, TimeoutError) as error:
            log.info("consumer lag unknown", error=repr(error))


async def measure_lag(consumers: Consumers) -> None:
    lags: dict[tuple[str, int], int] = {}
    for topic, consumer in consumers:
        if not consumer.assignment():
            continue
        ends = await consumer.end_offsets(list(consumer.assignment()))
        for partition, end in ends.items():
            committed = await consumer.committed(partition) or 0
            lags[topic, partition.partition] = max(0, end - committed)
    # Partitions that went to another worker are that one's to report.
    LAG.clear()
    for (topic, number), lag in lags.items():
        LAG.labels(topic, number).set(lag)
