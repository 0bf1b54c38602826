"""A small catalogue in PostgreSQL, and what stands in its tables."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from catalogue_messaging.failures import Received
from catalogue_schema.events import Event
from ingest_worker.writing import row_of
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.kafka import record

MODELS = ("lab/model", "lab/other")
BENCHMARKS = ("MMLU", "GSM8K")


async def create_catalogue(
    engine: AsyncEngine, models: Iterable[str] = MODELS, benchmarks: Iterable[str] = BENCHMARKS
) -> None:
    async with engine.begin() as connection:
        for name in models:
            await connection.execute(
                text("INSERT INTO models (name, organization) VALUES (:name, 'lab')"), {"name": name}
            )
        for name in benchmarks:
            await connection.execute(text("INSERT INTO benchmarks (name) VALUES (:name)"), {"name": name})


async def rows(engine: AsyncEngine, query: str) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(text(query))).mappings()]


def batch(*events: Event, producer: UUID | None = None) -> Sequence[Received[bytes]]:
    """As a worker's decoding gives them."""
    of = to_json(producer)
    received = [row_of(event.said(), event.to_json(), of) for event in events]
    return [Received(record(row), row) for row in received]
