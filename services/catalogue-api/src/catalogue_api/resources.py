"""What the application holds while it runs, and how a route gets at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.database import get_db, passes
from fastapi import Depends, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.access.admission import Admission
from catalogue_api.access.auditing import audit_request
from catalogue_api.access.limiting import SignInLimit
from catalogue_api.access.passwords import Passwords
from catalogue_api.access.principals import Principals
from catalogue_api.events.publishing import Publishing
from catalogue_api.health import Health
from catalogue_api.http.problems import Unavailable
from catalogue_api.live.listeners import Listeners
from catalogue_api.live.looking import Looks
from catalogue_api.pipeline.watching import Pipeline
from catalogue_api.settings import Settings


@dataclass(frozen=True, slots=True)
class AppResources:
    settings: Settings
    kafka: KafkaSettings
    publishing: Publishing
    engine: AsyncEngine
    health: Health
    principals: Principals
    passwords: Passwords
    sign_ins: SignInLimit
    admission: Admission
    listeners: Listeners
    looks: Looks
    pipeline: Pipeline


READING = {"GET", "HEAD"}


class State(TypedDict):
    """What the lifespan yields."""

    resources: AppResources


# async, though it awaits nothing: FastAPI runs a plain function in a thread, for each request.
async def _resources(request: Request) -> AppResources:
    return cast("AppResources", request.state.resources)


Resources = Annotated[AppResources, Depends(_resources)]


@asynccontextmanager
async def transaction(resources: AppResources) -> AsyncIterator[AsyncSession]:
    """Committed at the end. Raises Unavailable where the database is away, or too slow."""
    try:
        async with (
            asyncio.timeout(resources.settings.database_timeout),
            asynccontextmanager(get_db)(resources.engine) as session,
        ):
            yield session
    except (SQLAlchemyError, TimeoutError, OSError) as error:
        if not passes(error):
            raise
        raise Unavailable(
            "The database cannot be reached, so nothing can be read or changed now; events are still taken.",
            retry_after=5,
        ) from error


async def _database(
    resources: Resources, request: Request, response: Response
) -> AsyncIterator[AsyncSession]:
    async with transaction(resources) as session:
        yield session
        if request.method not in READING:
            await audit_request(session, request, response)


# One transaction a request, with the entry of the audit about it, committed before the answer goes out.
Database = Annotated[AsyncSession, Depends(_database, scope="function")]
