"""Engines and sessions for PostgreSQL; nothing connects before it is first used."""

import os
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_schema import tables  # noqa: F401 (fills SQLModel.metadata)


def create_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine for `url`, direct or through a transaction pooler (PgBouncer, Supabase).

    `postgresql://` and `postgres://` become `postgresql+asyncpg://`. `options` go to SQLAlchemy.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+asyncpg")
    # A pooler hands each transaction another server connection, where no earlier prepared statement is
    # known: so none is cached, and each takes the unnamed one, which the next replaces.
    pooled = {"statement_cache_size": 0, "prepared_statement_name_func": str}
    return create_async_engine(
        parsed.update_query_dict({"prepared_statement_cache_size": "0"}),
        **{"pool_pre_ping": True, "connect_args": pooled, **options},
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
