"""Listening to the API's stream, with a parser of server-sent events that is not ours."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from httpx_sse import EventSource

from support.polling import eventually

Json = dict[str, Any]


@dataclass
class Heard:
    """What came so far, as `(event, data)`, and the id that leads behind it."""

    events: list[tuple[str, Json]] = field(default_factory=list)
    last_id: str = ""
    ended: bool = False

    async def until(self, number: int, seconds: float = 20) -> list[tuple[str, Json]]:
        """The events once there are as many; of one that is not expected more, it fails."""

        async def look() -> list[tuple[str, Json]]:
            return [*self.events]

        return await eventually(look, lambda events: len(events) >= number, seconds)

    async def end(self, seconds: float = 20) -> None:
        async def look() -> bool:
            return self.ended

        await eventually(look, bool, seconds)

    def of(self, field: str) -> list[Any]:
        return [data["event"][field] for _, data in self.events if "event" in data]


@asynccontextmanager
async def listening(
    api: httpx.AsyncClient, *topics: str, after: str = "", headers: dict[str, str] | None = None
) -> AsyncIterator[Heard]:
    """From the moment on when the stream has begun."""
    heard = Heard()
    began = asyncio.Event()
    sent = {**(headers or {}), **({"Last-Event-ID": after} if after else {})}

    async def listen() -> None:
        async with api.stream("GET", "/v1/stream", params={"topic": topics}, headers=sent) as response:
            assert response.status_code == httpx.codes.OK, await response.aread()
            async for event in EventSource(response).aiter_sse():
                heard.last_id = event.id
                if event.data:
                    heard.events.append((event.event, json.loads(event.data)))
                began.set()
        heard.ended = True

    task = asyncio.create_task(listen())
    beginning = asyncio.create_task(began.wait())
    await asyncio.wait([task, beginning], return_when=asyncio.FIRST_COMPLETED, timeout=20)
    try:
        if task.done():
            task.result()
        assert began.is_set(), "the stream did not begin"
        yield heard
    finally:
        beginning.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


Wanted = Callable[[bytes], object]


async def read_raw(reader: asyncio.StreamReader, wanted: Wanted, seconds: float = 20) -> bytes:
    """All that comes until it is `wanted`, or the end."""
    found = b""
    async with asyncio.timeout(seconds):
        while not wanted(found) and (part := await reader.read(65536)):
            found += part
    return found
