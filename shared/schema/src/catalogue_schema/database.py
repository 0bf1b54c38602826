"""Engines and sessions for PostgreSQL; nothing connects before it is first used."""

import os
from collections.abc import AsyncIterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_schema import tables  # noqa: F401 (fills SQLModel.metadata)

# Other tools' parameters that hosts put into their URLs; PostgreSQL refuses what it does not know.
# asyncpg has neither channel binding nor GSS encryption; the rest tell Prisma how to pool.
IGNORED_PARAMETERS = ("channel_binding", "gssencmode", "pgbouncer", "connection_limit", "pool_timeout")

# A pooler hands each transaction another server connection, where no earlier prepared statement is known.
# Without its cache asyncpg uses the unnamed statement, parsed anew in each request; without SQLAlchemy's, no
# description of a result outlives a migration that changes it.
WITHOUT_PREPARED_STATEMENTS = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}


def create_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine for `url`, direct or through a transaction pooler (PgBouncer, Supabase).

    `url` is libpq's: `postgresql://user:password@host/name?sslmode=require`. Without a `sslmode`, TLS is used
    where the server offers it. `options` go to SQLAlchemy. Raises `ArgumentError` where `url` is not
    PostgreSQL's.
    """
    try:
        parsed = make_url(url)
    except ValueError:
        # Without the words of the error: where a password has a slash, they hold a part of it.
        raise ArgumentError(
            "the URL's port is not a number; a / @ or : in a password is written %2F, %40 or %3A"
        ) from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ArgumentError(f"{parsed.get_backend_name()}:// is not PostgreSQL: use postgresql://")
    # SQLAlchemy would pass libpq's parameters as arguments, which asyncpg knows only in a DSN.
    query = parsed.difference_update_query(IGNORED_PARAMETERS).query
    dsn = "postgresql://?" + urlencode(query, doseq=True)
    connect_args = {"dsn": dsn, **WITHOUT_PREPARED_STATEMENTS, **options.pop("connect_args", {})}
    return create_async_engine(
        parsed.set(drivername="postgresql+asyncpg", query={}),
        **{"pool_pre_ping": True, "connect_args": connect_args, **options},
    )


@cache
def _engine_from_environment() -> AsyncEngine:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise RuntimeError(
            "DATABASE_URL is not set: name the database, as postgresql://user:password@host/name"
        )
    return create_engine(url)


async def get_db(engine: AsyncEngine | None = None) -> AsyncIterator[AsyncSession]:
    """One session, committed at the end, rolled back on an error. Without `engine`, that of DATABASE_URL."""
    async with AsyncSession(engine or _engine_from_environment(), expire_on_commit=False) as session:
        yield session
        await session.commit()


async def init_db(engine: AsyncEngine | None = None) -> None:
    """Create what tables and triggers are missing, without migrations: for experiments and tests."""
    async with (engine or _engine_from_environment()).begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
