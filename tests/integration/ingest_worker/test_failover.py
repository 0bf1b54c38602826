"""The server that a worker writes to becomes a standby, and another takes its place."""

import asyncpg
from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from support.polling import eventually
from support.workers import worker

from .test_outages import RETRIES, new_ids, recorded, send


async def set_read_only(url: str, state: str) -> None:
    """For sessions that begin from now on: those that stand keep what they began with."""
    connection = await asyncpg.connect(url)
    try:
        database = make_url(url).database
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(f'ALTER DATABASE "{database}" SET default_transaction_read_only = {state}')
    finally:
        await connection.close()


async def test_a_worker_leaves_a_server_that_has_become_read_only_without_a_restart(
    kafka: KafkaSettings, sender: AIOKafkaProducer, engine: AsyncEngine, database_url: str
) -> None:
    ids = new_ids(2)
    await set_read_only(database_url, "on")
    async with worker("ingest_worker", kafka, DATABASE_URL=database_url) as process:
        await process.ready()
        await send(kafka, sender, ids[:1])
        # Its pooled sessions are read-only now, and would stay so.
        await eventually(lambda: process.metric(RETRIES), lambda seen: seen >= 2)

        await set_read_only(database_url, "off")
        await send(kafka, sender, ids[1:])
        await recorded(engine, ids)
