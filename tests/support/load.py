"""Events posted steadily while something happens to the system."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx
from tenacity import AsyncRetrying, retry_if_result, wait_fixed

from support.catalogue import Catalogue, Json

PRODUCERS = 4
PAUSE = 0.05  # seconds between two posts of a producer


@dataclass
class Load:
    """`accepted` holds the ids that were answered 202; `faults` every answer that a client should not get."""

    catalogue: Catalogue
    accepted: list[str] = field(default_factory=list)
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    stopping: bool = False

    async def produce(self) -> None:
        """As a careful producer does: an event that is not accepted is sent again, with the same id."""
        repeating = AsyncRetrying(retry=retry_if_result(lambda accepted: not accepted), wait=wait_fixed(0.5))
        for number in count(1):
            opinion = self.catalogue.opinion(f"Opinion {number}.")
            await repeating(self._send, opinion if number % 2 else self.catalogue.result(number))
            if self.stopping:
                return
            await asyncio.sleep(PAUSE)

    async def _send(self, event: Json) -> bool:
        try:
            answer = await self.catalogue.api.post("/v1/events", json=[event])
        except httpx.TransportError as error:
            self.faults.append(repr(error))
            return False
        if answer.status_code == httpx.codes.ACCEPTED:
            self.accepted.append(event["event_id"])
            return True
        self.refused += 1
        if "Retry-After" not in answer.headers:
            self.faults.append(f"{answer.status_code} without Retry-After: {answer.text}")
        return False


@asynccontextmanager
async def steady_load(catalogue: Catalogue) -> AsyncIterator[Load]:
    """Producers at work for as long as the block runs, and until their last events are accepted."""
    load = Load(catalogue)
    async with asyncio.TaskGroup() as producers:
        for _ in range(PRODUCERS):
            producers.create_task(load.produce())
        try:
            yield load
        finally:
            load.stopping = True
