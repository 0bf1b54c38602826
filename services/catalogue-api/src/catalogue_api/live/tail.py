"""One consumer of all topics for a whole process, for as long as anybody listens."""

import asyncio
from contextlib import AsyncExitStack
from time import monotonic

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from catalogue_messaging.following import Follower, Gap, following
from catalogue_messaging.settings import METADATA_AGE_MS
from catalogue_runtime.checks import NotReadyError

from catalogue_api.live.positions import Positions
from catalogue_api.live.ring import Ring
from catalogue_api.live.topics import Topics

log = structlog.get_logger(__name__)

START_TIMEOUT = 10.0
LOOK = 1.0
"""Seconds after which whoever waits looks round."""
LINGER = 0.05
"""Seconds from one read to the next: what came meanwhile goes to all who listen at once, which costs less."""
WORK = 256 * 1024
"""Bytes between two turns of the event loop."""
PAUSE = 1.0
"""Seconds after an error of Kafka's."""
METADATA_AGE = METADATA_AGE_MS / 1000

KAFKA_ERRORS = (KafkaError, TimeoutError, NotReadyError)


class MadeAgainError(Exception):
    """The topic's offsets begin anew, so that what the ring has of it says nothing any more."""


class Tail:
    """What passes on all topics from its start on; `ring` has the last of it.

    It waits for Kafka where that is away. `ended` says that it goes on no more: another takes its place.
    """

    def __init__(self, topics: Topics) -> None:
        self.ring = Ring({})
        self.ended = False
        self._topics = topics
        self._partitions: dict[str, int] = {}
        self._opened = AsyncExitStack()

    async def start(self) -> None:
        """From the topics' ends. Raises one of KAFKA_ERRORS."""
        async with asyncio.timeout(START_TIMEOUT), AsyncExitStack() as opened:
            self._partitions = await self._topics.partitions()
            everything = [
                self._topics.on_broker((topic, number))
                for topic, many in self._partitions.items()
                for number in range(many)
            ]
            follower = await opened.enter_async_context(following(self._topics.kafka, {}, everything))
            self._opened = opened.pop_all()
        ends = follower.positions.items()
        self.ring = Ring({self._topics.place(partition): offset for partition, offset in ends})
        self._task = asyncio.create_task(self._run(follower))
        self._task.add_done_callback(self._done)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._opened.aclose()

    def now(self) -> Positions:
        """Behind all that has come so far."""
        at = self.ring.positions
        return Positions(
            {
                topic: [at.get((topic, number), 0) for number in range(many)]
                for topic, many in self._partitions.items()
            }
        )

    def _done(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, MadeAgainError):
            log.warning("a topic was made again: whoever listens is left, to begin anew", topic=str(error))
        else:
            log.critical("a fault in the stream: whoever listens is left", exc_info=error)
        self.ended = True
        self.ring.wake()

    async def _run(self, follower: Follower) -> None:
        look_at = monotonic() + METADATA_AGE
        while True:
            try:
                await self._take(await follower.read(LOOK))
                self.ring.move({self._topics.place(each): at for each, at in follower.positions.items()})
                if monotonic() >= look_at:
                    look_at = monotonic() + METADATA_AGE
                    await self._look_for_partitions(follower)
            except KAFKA_ERRORS as error:
                log.warning("the stream waits for Kafka", error=repr(error))
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(LINGER)

    async def _take(self, read: list[ConsumerRecord | Gap]) -> None:
        work = 0
        for each in read:
            if isinstance(each, Gap) and each.then < each.since:
                raise MadeAgainError(each.partition.topic)
            message = self._topics.passed(each)
            self.ring.add(message)
            work += len(message.frame)
            if work >= WORK:
                work = 0
                await asyncio.sleep(0)
        if read:
            self.ring.wake()

    async def _look_for_partitions(self, follower: Follower) -> None:
        """Follow those that were added since, too."""
        for topic, many in (await self._topics.partitions()).items():
            before = self._partitions[topic]
            if many > before:
                follower.add(self._topics.on_broker((topic, number)) for number in range(before, many))
                self._partitions[topic] = many
