"""The server that a worker writes to becomes a standby, and another takes its place at the same address."""

from pathlib import Path

from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.database import create_engine
from sqlalchemy.ext.asyncio import AsyncEngine
from support.databases import make_read_only, twin_server
from support.polling import eventually
from support.proxies import proxied
from support.rows import create_catalogue
from support.workers import worker

from .test_outages import RETRIES, new_ids, recorded, send


async def test_a_worker_follows_to_the_server_that_can_be_written_to_without_a_restart(
    kafka: KafkaSettings, sender: AIOKafkaProducer, engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    before, after = new_ids(10), new_ids(10)
    async with (
        twin_server(tmp_path, database_url) as old,
        proxied(old) as (url, proxy),
        worker("ingest_worker", kafka, DATABASE_URL=url) as process,
    ):
        old_engine = create_engine(old)
        await create_catalogue(old_engine)
        await send(kafka, sender, before)
        await recorded(old_engine, before)

        await make_read_only(old)
        await send(kafka, sender, after)
        await eventually(lambda: process.metric(RETRIES), lambda seen: seen >= 2)
        proxy.lead_to(database_url)
        await recorded(engine, after)
        await recorded(old_engine, before)
        await old_engine.dispose()
