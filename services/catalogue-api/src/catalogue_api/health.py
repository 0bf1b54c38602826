"""Readiness: events need Kafka; reads need the database, but the API is ready without it."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Literal

from catalogue_messaging.publisher import EventPublisher
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

CHECK_TIMEOUT = 2.0
"""Seconds for each check."""
KEPT = 1.0
"""Seconds for which a result is given again, so that probing costs nothing."""


class Readiness(BaseModel):
    """`database` does not decide: events are taken without it."""

    status: Literal["ok", "not ready"]
    kafka: str
    database: str


class Health:
    def __init__(self, publisher: EventPublisher, engine: AsyncEngine) -> None:
        self._publisher = publisher
        self._engine = engine
        self._checking = asyncio.Lock()
        self._last: tuple[float, Readiness] | None = None

    async def readiness(self) -> Readiness:
        async with self._checking:
            if self._last is None or time.monotonic() - self._last[0] > KEPT:
                checked = await self._check()
                self._last = (time.monotonic(), checked)
            return self._last[1]

    async def _check(self) -> Readiness:
        kafka, database = await asyncio.gather(_state(self._publisher.ping()), _state(_query(self._engine)))
        return Readiness(status="ok" if kafka == "ok" else "not ready", kafka=kafka, database=database)


async def _state(check: Coroutine[Any, Any, None]) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check
    except Exception as error:  # noqa: BLE001 (whatever it is, it is not usable, for this reason)
        return f"unavailable: {type(error).__name__}"
    return "ok"


async def _query(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
