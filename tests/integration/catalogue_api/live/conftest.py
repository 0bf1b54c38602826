from collections.abc import AsyncIterator

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from support.api import serving
from support.kafka import topics_of


@pytest.fixture
async def topics(bootstrap_servers: str, topic_prefix: str) -> KafkaSettings:
    """Topics of one test alone."""
    return await topics_of(bootstrap_servers, topic_prefix)


@pytest.fixture
async def live(topics: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(topics, database_url) as client:
        yield client
