"""What is known of PostgreSQL: URLs, engines, sessions, and which of its errors pass by themselves.

Nothing connects before it is first used.
"""

import os
from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, SecretStr
from sqlalchemy import event, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
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


# SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html), by class or whole.
# 22 data exception, 23 integrity constraint violation: the values are refused, however often they are sent.
REFUSED = ("22", "23")
# 08 connection, 28 authorisation, 3D no such database, 53 out of resources, 57 operator intervention;
# 25006 read-only server, 40001 serialization failure, 40P01 deadlock, 55P03 lock not available.
PASSING = ("08", "28", "3D", "53", "57", "25006", "40001", "40P01", "55P03")
# The server that a pooled connection leads to has become a standby: there is another to write to now.
READ_ONLY = "25006"


def parse_url(url: str) -> URL:
    """Read libpq's `postgresql://user:password@host/name?sslmode=require`.

    Raises `ArgumentError` where `url` is not PostgreSQL's; its message holds nothing of a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ArgumentError("is no URL of a database") from None
    except ValueError:
        # Without the words of the error: where a password has a slash, they hold a part of it.
        raise ArgumentError(
            "the URL's port is not a number; a / @ or : in a password is written %2F, %40 or %3A"
        ) from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise ArgumentError(f"{parsed.drivername}:// is not PostgreSQL: use postgresql://")
    return parsed


def _checked(url: SecretStr) -> SecretStr:
    try:
        parse_url(url.get_secret_value())
    except ArgumentError as error:
        raise ValueError(f"{error}; it should be postgresql://user:password@host/name") from None
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_checked)]
"""A setting that `create_engine` takes."""


def create_engine(url: str, **options: Any) -> AsyncEngine:
    """Make an engine for `url`, direct or through a transaction pooler (PgBouncer, Supabase).

    Without a `sslmode` in the URL, TLS is used where the server offers it. `options` go to SQLAlchemy.
    A connection to a server that has become read-only is thrown away with its pool. Raises `ArgumentError`
    where `url` is not PostgreSQL's.
    """
    # SQLAlchemy would pass libpq's parameters as arguments, which asyncpg knows only in a DSN.
    parsed = parse_url(url).difference_update_query(IGNORED_PARAMETERS)
    dsn = "postgresql://?" + urlencode(parsed.query, doseq=True)
    connect_args = {"dsn": dsn, **WITHOUT_PREPARED_STATEMENTS, **options.pop("connect_args", {})}
    engine = create_async_engine(
        parsed.set(drivername="postgresql+asyncpg", query={}),
        **{"pool_pre_ping": True, "connect_args": connect_args, **options},
    )
    event.listen(engine.sync_engine, "handle_error", _leave_read_only_servers)
    return engine


def _leave_read_only_servers(context: ExceptionContext) -> None:
    if context.original_exception is not None and sqlstate(context.original_exception) == READ_ONLY:
        context.is_disconnect = True


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's error code, of a driver's error or of one that wraps it; empty where there is none."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def is_refused(error: BaseException) -> bool:
    """Whether the database refuses the statement's values: they would be refused again."""
    return sqlstate(error).startswith(REFUSED)


def passes(error: BaseException) -> bool:
    """Whether the error passes by itself, or when somebody has brought the database back."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or sqlstate(error).startswith(PASSING)
    return isinstance(error, PoolTimeoutError | TimeoutError | OSError)


async def ping(engine: AsyncEngine) -> None:
    """Raise unless the database answers."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


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
