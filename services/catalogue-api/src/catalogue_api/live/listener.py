"""One who listens: first to what was missed, then to what all hear."""

import asyncio
from collections.abc import Iterable

from catalogue_api.live.messages import Passed
from catalogue_api.live.past import Past
from catalogue_api.live.positions import Positions
from catalogue_api.live.tail import LINGER, LOOK, Tail

CHUNK = 256 * 1024
"""Bytes that are sent at once, where there is more than one message."""


class LeftError(Exception):
    """The listener has to be left; the message is what it is told."""


class Listener:
    """Reads on from `positions`, of each topic that has some there."""

    def __init__(self, tail: Tail, past: Past, positions: Positions) -> None:
        self.positions = positions
        self._tail = tail
        self._past = past
        self._is_live = False
        self._next = tail.ring.first

    async def read(self) -> bytes:
        """The events that came, each with the id that leads behind it; nothing where a second brought none.

        Raises LeftError.
        """
        if self._tail.ended:
            raise LeftError("this server cannot go on: connect again")
        if not self._is_live:
            self._is_live = await self._has_caught_up()
        return await (self._read_live() if self._is_live else self._read_past())

    async def aclose(self) -> None:
        await self._past.close()

    async def _has_caught_up(self) -> bool:
        """Whether the tail has all that is missing.

        It is not asked of a position that is beyond it: another server may be ahead by a moment, or the topic
        was made again, of which only Kafka knows.
        """
        ring = self._tail.ring
        if not ring.reaches(self.positions):
            return False
        if not ring.is_beyond(self.positions):
            await _happened(ring.changed, 2 * LINGER)
        if not (ring.reaches(self.positions) and ring.is_beyond(self.positions)):
            return False
        await self._past.close()
        self._next = ring.first
        return True

    async def _read_past(self) -> bytes:
        return b"".join(self._events(await self._past.read()))

    async def _read_live(self) -> bytes:
        ring = self._tail.ring
        if self._next < ring.first:
            raise LeftError("too slow to be kept: connect again with Last-Event-ID, and nothing is missed")
        parts: list[bytes] = []
        size = 0
        while self._next < ring.end and size < CHUNK:
            for part in self._events([ring[self._next]]):
                parts.append(part)
                size += len(part)
            self._next += 1
        if not parts:
            await _happened(ring.changed, LOOK)
        return b"".join(parts)

    def _events(self, messages: Iterable[Passed]) -> Iterable[bytes]:
        """Those that were not heard yet."""
        for message in messages:
            place = message.place
            if place[0] not in self.positions:
                continue
            if message.is_gap or message.offset >= self.positions.at(place):
                self.positions.move(place, message.then)
                if message.frame:
                    yield b"id: %s\n%s" % (str(self.positions).encode(), message.frame)


async def _happened(event: asyncio.Event, within: float) -> None:
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        pass
