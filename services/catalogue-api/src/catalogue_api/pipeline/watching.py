"""The picture of now: however many look, Kafka and the database are asked every two seconds at most.

What stands still is drawn as away: that is when operators look, and they are not to wait for it.
"""

import asyncio
from time import monotonic

from aiokafka.errors import KafkaError
from catalogue_messaging.progress import ProgressObserver
from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.checks import NotReadyError
from catalogue_schema.topics import TOPICS
from sqlalchemy.ext.asyncio import AsyncEngine

from catalogue_api.live.listeners import Listeners
from catalogue_api.live.topics import Partitions
from catalogue_api.pipeline.database import AwayError, Recorded, look
from catalogue_api.pipeline.drawing import Seen, draw
from catalogue_api.pipeline.patience import PATIENCE, Question
from catalogue_api.pipeline.picture import READ_BY, Picture
from catalogue_api.pipeline.rates import Rates, Sample

KEPT = 2.0
"""Seconds for which a picture is shown again."""
NO_ANSWER = f"no answer within {PATIENCE:g} s"


class Pipeline:
    """Has to be closed."""

    def __init__(
        self, kafka: KafkaSettings, partitions: Partitions, engine: AsyncEngine, listeners: Listeners
    ) -> None:
        self._observer = ProgressObserver(kafka)
        self._partitions = partitions
        self._kafka = Question(self._ask_kafka)
        self._database = Question(lambda: look(engine))
        self._listeners = listeners
        self._rates = Rates()
        self._asking = asyncio.Lock()
        self._picture: tuple[float, Picture] | None = None

    async def picture(self) -> Picture:
        """Whatever is away, the rest is there; what does not answer is waited for no longer than PATIENCE."""
        async with self._asking:
            if self._picture is None or monotonic() - self._picture[0] > KEPT:
                picture = await self._draw()
                self._picture = (monotonic(), picture)
            return self._picture[1]

    async def close(self) -> None:
        await self._kafka.close()
        await self._database.close()
        await self._observer.close()

    async def _draw(self) -> Picture:
        kafka, database = await asyncio.gather(self._of_kafka(), self._of_database())
        return draw(Seen(*kafka, *database, self._listeners.count))

    async def _of_kafka(self) -> tuple[Rates | None, str | None]:
        try:
            return await self._kafka.answer(), None
        except NotReadyError as error:
            return None, str(error)
        except TimeoutError:
            return None, NO_ANSWER
        except KafkaError as error:
            return None, type(error).__name__

    async def _ask_kafka(self) -> Rates:
        progress = await self._observer.look(await self._partitions(TOPICS), READ_BY)
        self._rates.add(Sample(monotonic(), progress))
        return self._rates

    async def _of_database(self) -> tuple[Recorded | None, str | None]:
        try:
            return await self._database.answer(), None
        except TimeoutError:
            return None, NO_ANSWER
        except AwayError as error:
            return None, str(error)
