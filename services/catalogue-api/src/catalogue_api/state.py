"""What the application holds while it runs, and how a route gets at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from catalogue_messaging.publisher import EventPublisher
from catalogue_schema.database import get_db
from fastapi import Depends, Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.health import Health
from catalogue_api.problems import Unavailable
from catalogue_api.settings import Settings


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    topic_prefix: str
    publisher: EventPublisher
    engine: AsyncEngine
    health: Health


class State(TypedDict):
    """What the lifespan yields."""

    resources: Resources


# async, though it awaits nothing: FastAPI runs a plain function in a thread, for each request.
async def _resources(request: Request) -> Resources:
    return cast("Resources", request.state.resources)


Running = Annotated[Resources, Depends(_resources)]


async def _database(running: Running) -> AsyncIterator[AsyncSession]:
    try:
        async with (
            asyncio.timeout(running.settings.database_timeout),
            asynccontextmanager(get_db)(running.engine) as session,
        ):
            yield session
    except (DBAPIError, PoolTimeoutError, TimeoutError, OSError) as error:
        if isinstance(error, DBAPIError) and not _is_unavailable(error):
            raise
        raise Unavailable(
            "The database cannot be reached, so nothing can be read or changed now; events are still taken.",
            retry_after=5,
        ) from error


# SQLSTATE classes: connection, authorisation, no such database, out of resources, operator intervention.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
UNAVAILABLE = {"08", "28", "3D", "53", "57"}


def _is_unavailable(error: DBAPIError) -> bool:
    sqlstate = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or sqlstate[:2] in UNAVAILABLE


# One transaction a request, committed before the answer goes out.
Database = Annotated[AsyncSession, Depends(_database, scope="function")]
