"""What somebody missed, through a consumer of their own."""

import asyncio
from contextlib import AsyncExitStack
from time import monotonic

import structlog
from catalogue_messaging.following import Follower, following

from catalogue_api.live.messages import Passed
from catalogue_api.live.positions import Positions
from catalogue_api.live.tail import KAFKA_ERRORS, LOOK, PAUSE, START_TIMEOUT
from catalogue_api.live.topics import Topics

log = structlog.get_logger(__name__)

SLOTS = 8
"""Listeners that read their past at the same time; others wait."""
TURN = 30.0
"""Seconds after which one lets another read, and waits for its next turn."""


class Past:
    """What stands behind `positions`, which its reader moves. To be closed."""

    def __init__(self, topics: Topics, slots: asyncio.Semaphore, positions: Positions) -> None:
        self._topics = topics
        self._slots = slots
        self._positions = positions
        self._opened = AsyncExitStack()
        self._follower: Follower | None = None
        self._until = 0.0

    async def read(self) -> list[Passed]:
        """What comes next; nothing where a second brought none, others have their turns, or Kafka is away."""
        try:
            if self._follower is None or monotonic() >= self._until:
                await self._take_turn()
            if self._follower is None:
                return []
            found = [self._topics.passed(each) for each in await self._follower.read(LOOK)]
        except KAFKA_ERRORS as error:
            log.warning("a listener's past waits for Kafka", error=repr(error))
            await self.close()
            await asyncio.sleep(PAUSE)
            return []
        if not found:
            self._pass_markers(self._follower)
        return found

    async def close(self) -> None:
        self._follower = None
        await self._opened.aclose()

    async def _take_turn(self) -> None:
        await self.close()
        try:
            async with asyncio.timeout(LOOK):
                await self._slots.acquire()
        except TimeoutError:
            return
        self._opened.callback(self._slots.release)
        offsets = {self._topics.on_broker(place): offset for place, offset in self._positions}
        async with asyncio.timeout(START_TIMEOUT):
            opening = following(self._topics.kafka, offsets)
            self._follower = await self._opened.enter_async_context(opening)
        self._until = monotonic() + TURN

    def _pass_markers(self, follower: Follower) -> None:
        for partition, offset in follower.positions.items():
            self._positions.move(self._topics.place(partition), offset)
