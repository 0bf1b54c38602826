"""A database with a small catalogue, and the tables as plain rows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.database import create_engine
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.kafka import producer, topics_of
from support.rows import create_catalogue, rows


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """On a database with the models and benchmarks that `support.rows` names."""
    engine = create_engine(database_url)
    await create_catalogue(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def tables(engine: AsyncEngine) -> "Tables":
    return Tables(engine)


@pytest.fixture
async def kafka(bootstrap_servers: str, topic_prefix: str) -> KafkaSettings:
    """With topics of this test's own."""
    return await topics_of(bootstrap_servers, topic_prefix)


@pytest.fixture
async def sender(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    async with producer(kafka) as sender:
        yield sender


class Tables:
    """Whole tables, to be compared: as lists of rows, ordered by id."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def all(self, table: str) -> list[dict[str, Any]]:
        return await rows(self._engine, f"SELECT * FROM {table} ORDER BY id")

    async def results(self) -> list[dict[str, Any]]:
        return await self.all("benchmark_results")

    async def opinions(self) -> list[dict[str, Any]]:
        return await self.all("opinions")

    async def dead_letters(self) -> list[dict[str, Any]]:
        return await self.all("dead_letters")

    async def execute(self, statement: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text(statement))
