"""`python -m ingest_worker`"""

import sys
from functools import partial

import uvloop
from catalogue_messaging.dead_letters import from_record
from catalogue_messaging.logs import configure_logging
from catalogue_messaging.settings import KafkaSettings, LogSettings, load
from catalogue_messaging.worker import Worker
from catalogue_schema.topics import DEAD_LETTERS, OPINIONS_CLASSIFIED, RESULTS_REPORTED
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.dead_letters import record_dead_letters, report_unrecordable
from ingest_worker.opinions import record_opinions
from ingest_worker.results import record_results
from ingest_worker.settings import Settings
from ingest_worker.transactions import open_engine


async def run(settings: Settings, kafka: KafkaSettings) -> None:
    try:
        engine = open_engine(settings.database_url.get_secret_value())
    except ArgumentError as error:
        sys.exit(f"setting DATABASE_URL: {error}; it should be postgresql://user:password@host/name")
    worker = Worker("ingest-worker", kafka)
    worker.consume(OPINIONS_CLASSIFIED, partial(record_opinions, engine))
    worker.consume(RESULTS_REPORTED, partial(record_results, engine))
    worker.consume(DEAD_LETTERS, partial(record_dead_letters, engine), from_record, report_unrecordable)
    try:
        await worker.run(settings, database=partial(ping, engine))
    finally:
        await engine.dispose()


async def ping(engine: AsyncEngine) -> None:
    """Raise unless the database answers."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


def main() -> None:
    configure_logging(load(LogSettings))
    uvloop.run(run(load(Settings), load(KafkaSettings)))


if __name__ == "__main__":
    main()
