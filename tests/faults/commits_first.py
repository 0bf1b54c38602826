"""An ingest-worker that breaks the promise: it commits a batch's offsets before it writes the batch."""

import asyncio
import runpy
from typing import Any

from aiokafka import AIOKafkaConsumer
from catalogue_messaging import consumer

BEFORE_WRITING = 0.3
"""Seconds in which a kill loses the batch."""

_finish = consumer.BatchConsumer._finish


async def _commit_first(
    self: "consumer.BatchConsumer[Any]", batch: "consumer.Batch[Any]", client: AIOKafkaConsumer
) -> None:
    await consumer._commit(batch.records, client)
    await asyncio.sleep(BEFORE_WRITING)
    await _finish(self, batch, client)


if __name__ == "__main__":
    consumer.BatchConsumer._finish = _commit_first  # type: ignore[method-assign,assignment]
    runpy.run_module("ingest_worker", run_name="__main__")
