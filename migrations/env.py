"""Run by Alembic for each of its commands: migrates the database that DATABASE_URL names."""

import asyncio
import logging
import os

from alembic import context
from catalogue_schema.database import create_engine
from sqlalchemy import Connection, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

MIGRATION_LOCK = 0x63617461  # "cata": any number that nothing else in this database locks
LOCK_TIMEOUT = "10s"


def migrate(connection: Connection) -> None:
    """Run the migrations in the open transaction, after whoever else migrates now is done."""
    # Held to the end of the transaction, so it works behind a transaction pooler too. Taken before the
    # current version is read: who comes second finds that nothing is left to do.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    # A migration that waits for a busy table makes every later query on that table wait behind it.
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_server_default=True)
    context.run_migrations()


async def migrate_online(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)


def migrate_offline() -> None:
    """Print the SQL (`--sql`), without a database."""
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def database_url() -> str:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit(
            "DATABASE_URL is not set: name the database to migrate, as postgresql://user:password@host/name"
        )
    return url


def run() -> None:
    logging.basicConfig(format="%(levelname)-5s %(message)s")
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
    logging.getLogger("alembic").setLevel(logging.getLevelNamesMapping().get(level, logging.INFO))
    if context.is_offline_mode():
        migrate_offline()
        return
    try:
        asyncio.run(migrate_online(database_url()))
    except OSError as error:
        raise SystemExit(f"PostgreSQL does not answer: {error}. Start it, or correct DATABASE_URL") from error
    except (DBAPIError, ArgumentError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise SystemExit(f"The database that DATABASE_URL names was not migrated: {cause}") from error


run()
