"""All who listen: how many there may be, and for how long each is heard of."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from time import monotonic

from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.checks import NotReadyError
from catalogue_schema.topics import Topic
from fastapi.sse import format_sse_event
from prometheus_client import Gauge

from catalogue_api.http.problems import Problem, Unavailable
from catalogue_api.live.listener import LeftError, Listener
from catalogue_api.live.past import SLOTS, Past
from catalogue_api.live.positions import Positions
from catalogue_api.live.tail import KAFKA_ERRORS, Tail
from catalogue_api.live.topics import Partitions, Topics

LISTENERS = Gauge("catalogue_api_listeners", "Who listens to the stream now")

RETRY_MS = 2000
"""What a client is asked to wait before it connects again."""
HEARTBEAT = 15.0
"""Seconds: proxies close what is silent for a minute."""
RECHECK = 2.0
"""Seconds between two looks at whether somebody may still listen."""

Check = Callable[[], Awaitable[None]]
"""Raises Problem where somebody may listen no longer."""


class Listeners:
    """At most `most` at a time, on one tail, which runs while there are any."""

    def __init__(self, kafka: KafkaSettings, partitions: Partitions, most: int) -> None:
        self.count = 0
        self._most = most
        self._topics = Topics(kafka, partitions)
        self._slots = asyncio.Semaphore(SLOTS)
        self._tail: Tail | None = None
        self._changing = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def listen(
        self, topics: Iterable[Topic], after: Positions | None, check: Check
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Server-sent events of `topics`, from `after` or from now on, until who listens has to be left.

        Raises Unavailable where there are too many, or Kafka is away.
        """
        if self._closed or self.count >= self._most:
            raise Unavailable("As many listen here as may (CATALOGUE_API_MAX_LISTENERS).", retry_after=5)
        self._count(1)
        try:
            tail = await self._running_tail()
            positions = _positions(topics, after, tail.now())
            listener = Listener(tail, Past(self._topics, self._slots, positions), positions)
            async with aclosing(listener), aclosing(self._frames(listener, check)) as frames:
                yield frames
        finally:
            self._count(-1)
            await self._stop_unheard_tail()

    def close(self) -> None:
        """Leave all who listen, and take no others."""
        self._closed = True
        if self._tail is not None:
            self._tail.ring.wake()

    def _count(self, change: int) -> None:
        self.count += change
        LISTENERS.set(self.count)

    async def _running_tail(self) -> Tail:
        async with self._changing:
            if self._tail is not None and self._tail.ended:
                await self._tail.stop()
                self._tail = None
            if self._tail is None:
                tail = Tail(self._topics)
                try:
                    await tail.start()
                except KAFKA_ERRORS as error:
                    why = str(error) if isinstance(error, NotReadyError) else "it does not answer"
                    raise Unavailable(f"Kafka cannot be read now: {why}.", retry_after=5) from error
                self._tail = tail
            return self._tail

    async def _stop_unheard_tail(self) -> None:
        async with self._changing:
            if self.count == 0 and self._tail is not None:
                tail, self._tail = self._tail, None
                await tail.stop()

    async def _frames(self, listener: Listener, check: Check) -> AsyncGenerator[bytes]:
        # With an id, so that whoever goes before the first event comes back to this place, too.
        yield format_sse_event(id=str(listener.positions), retry=RETRY_MS)
        sent = checked = monotonic()
        try:
            while not self._closed:
                events = await listener.read()
                if monotonic() - checked >= RECHECK:
                    checked = monotonic()
                    await check()
                if events:
                    yield events
                elif monotonic() - sent >= HEARTBEAT:
                    yield format_sse_event(comment="still here")
                else:
                    continue
                sent = monotonic()
        except (LeftError, Problem) as left:
            yield format_sse_event(comment=str(left))
        else:
            yield format_sse_event(comment="this server stops: connect again")


def _positions(topics: Iterable[Topic], after: Positions | None, now: Positions) -> Positions:
    """Of each topic's partitions: what `after` says of it, or where it says nothing, `now`."""
    partitions: dict[str, list[int]] = {topic.name: [] for topic in topics}
    for place, offset in now:
        topic, _ = place
        if topic in partitions:
            partitions[topic].append(after.at(place) if after is not None and topic in after else offset)
    return Positions(partitions)
