"""Readiness: events need Kafka; reads need the database, but the API is ready without it."""

from typing import Literal

from catalogue_messaging.publisher import EventPublisher
from catalogue_runtime.checks import Checks
from catalogue_schema.database import ping
from catalogue_schema.topics import SUBMITTED
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine


class Readiness(BaseModel):
    """`database` does not decide: events are taken without it."""

    status: Literal["ok", "not ready"]
    kafka: str
    database: str


class Health:
    def __init__(self, publisher: EventPublisher, engine: AsyncEngine) -> None:
        async def kafka() -> None:
            await publisher.partitions(SUBMITTED.values())

        self._checks = Checks({"kafka": kafka, "database": lambda: ping(engine)})

    async def readiness(self) -> Readiness:
        states = await self._checks.states()
        return Readiness(status="ok" if states["kafka"] == "ok" else "not ready", **states)
