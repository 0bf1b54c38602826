"""The picture of now: however many look, Kafka and the database are asked every two seconds at most."""

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
from catalogue_api.pipeline.picture import READ_BY, Picture
from catalogue_api.pipeline.rates import Rates, Sample

KEPT = 2.0
"""Seconds for which a picture is shown again."""


class Pipeline:
    """Has to be closed."""

    def __init__(
        self, kafka: KafkaSettings, partitions: Partitions, engine: AsyncEngine, listeners: Listeners
    ) -> None:
        self._observer = ProgressObserver(kafka)
        self._partitions = partitions
        self._engine = engine
        self._listeners = listeners
        self._rates = Rates()
        self._asking = asyncio.Lock()
        self._picture: tuple[float, Picture] | None = None

    async def picture(self) -> Picture:
        """Whatever is away, the rest is there."""
        async with self._asking:
            if self._picture is None or monotonic() - self._picture[0] > KEPT:
                self._picture = (monotonic(), await self._draw())
            return self._picture[1]

    async def close(self) -> None:
        await self._observer.close()

    async def _draw(self) -> Picture:
        kafka, database = await asyncio.gather(self._kafka(), self._database())
        return draw(Seen(*kafka, *database, self._listeners.count))

    async def _kafka(self) -> tuple[Rates | None, str | None]:
        try:
            progress = await self._observer.look(await self._partitions(TOPICS), READ_BY)
        except NotReadyError as error:
            return None, str(error)
        except (KafkaError, TimeoutError) as error:
            return None, type(error).__name__
        self._rates.add(Sample(monotonic(), progress))
        return self._rates, None

    async def _database(self) -> tuple[Recorded | None, str | None]:
        try:
            return await look(self._engine), None
        except AwayError as error:
            return None, str(error)
