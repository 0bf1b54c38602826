from collections.abc import AsyncIterator

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from support.api import serving


@pytest.fixture
async def live(topics: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(topics, database_url) as client:
        yield client
