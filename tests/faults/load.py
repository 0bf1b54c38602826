"""Events posted while faults strike, and a ledger of what was accepted."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx

Json = dict[str, Any]
Key = tuple[str, str, str | None]
"""Of a result that stands: model, benchmark and date tested."""

PRODUCERS = 3
MOST_AT_ONCE = 40
PAUSE = 0.05
"""Seconds between two requests of a producer."""
TRY_AGAIN = 0.3
"""Seconds after a request that was not accepted; less than Retry-After asks for, to press harder."""
MODELS = tuple(f"lab/model-{number}" for number in range(8))
BENCHMARKS = ("MMLU", "GSM8K")
DAYS = (None, "2026-01-01", "2026-01-02", "2026-01-03")
UNKNOWN = "lab/appears-later"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Ledger:
    """Every accepted event by its id, and the fault during which it was."""

    during: dict[UUID, str] = field(default_factory=dict)
    events: dict[UUID, Json] = field(default_factory=dict)
    refused: int = 0
    fault: str = "none"

    def accept(self, events: Sequence[Json]) -> None:
        for event in events:
            event_id = UUID(event["event_id"])
            self.during.setdefault(event_id, self.fault)
            self.events[event_id] = event

    def standing(self) -> dict[Key, float]:
        """Of each model, benchmark and date the score that was reported last, as `occurred_at` has it."""
        results = [event for event in self.events.values() if event["type"] == "ResultReported"]
        results.sort(key=lambda event: (event["occurred_at"], event["event_id"]))
        return {(each["model"], each["benchmark"], each["date_tested"]): each["score"] for each in results}


class Producer:
    """A careful one: what is not accepted is sent again, with the same ids, for as long as it takes."""

    def __init__(self, url: str, ledger: Ledger, random: Random) -> None:
        self._url = url
        self._ledger = ledger
        self._random = random

    async def produce(self, stopping: asyncio.Event) -> None:
        async with httpx.AsyncClient(base_url=self._url, timeout=15) as api:
            while not stopping.is_set():
                events = [self._event() for _ in range(self._random.randint(1, MOST_AT_ONCE))]
                known = [*self._ledger.events.values()]
                if known and self._random.random() < 0.2:
                    events.append(self._random.choice(known))  # a repeat
                await self._until_accepted(api, events)
                await asyncio.sleep(PAUSE)

    async def _until_accepted(self, api: httpx.AsyncClient, events: list[Json]) -> None:
        while not await self._accepted(api, events):
            self._ledger.refused += 1
            await asyncio.sleep(TRY_AGAIN)
        self._ledger.accept(events)

    async def _accepted(self, api: httpx.AsyncClient, events: list[Json]) -> bool:
        try:
            answer = await api.post("/v1/events", json=events)
        except httpx.TransportError:
            return False
        assert answer.status_code in {202, 503}, f"{answer.status_code}: {answer.text}"
        return answer.status_code == httpx.codes.ACCEPTED

    def _event(self) -> Json:
        choose = self._random.choice
        model = UNKNOWN if self._random.random() < 0.02 else choose(MODELS)
        event = {"event_id": str(UUID(int=self._random.getrandbits(128), version=4)), "model": model}
        event["occurred_at"] = (BEGIN + timedelta(seconds=self._random.randrange(10**6))).isoformat()
        if self._random.random() < 0.5:
            return event | {"type": "OpinionSubmitted", "content": choose(("Great.", "Bad.", "It is slow."))}
        result = {"type": "ResultReported", "benchmark": choose(BENCHMARKS), "score": self._random.random()}
        return event | result | {"date_tested": choose(DAYS)}


@asynccontextmanager
async def load(url: str, ledger: Ledger, random: Random) -> AsyncIterator[None]:
    """Producers at work while the block runs, and until their last events are accepted."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as producers:
        for _ in range(PRODUCERS):
            producer = Producer(url, ledger, Random(random.getrandbits(64)))
            producers.create_task(producer.produce(stopping))
        try:
            yield
        finally:
            stopping.set()
