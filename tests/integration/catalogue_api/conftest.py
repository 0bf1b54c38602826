import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from catalogue_schema.database import create_engine
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api import serving
from support.databases import fresh_database
from support.kafka import topics_of


@pytest.fixture(scope="session")
async def kafka(bootstrap_servers: str) -> KafkaSettings:
    """Topics of these tests alone; each test knows its messages by a model of its own."""
    settings = KafkaSettings(bootstrap_servers=bootstrap_servers, topic_prefix=f"api{uuid.uuid4().hex[:8]}.")
    await ensure_topics(settings, TopicSettings())
    return settings


@pytest.fixture
async def topics(bootstrap_servers: str, topic_prefix: str) -> KafkaSettings:
    """Topics of one test alone."""
    return await topics_of(bootstrap_servers, topic_prefix)


@pytest.fixture(scope="session")
async def shared_api(
    kafka: KafkaSettings, postgres_url: str, migrated_template: str
) -> AsyncIterator[httpx.AsyncClient]:
    """For tests that leave nothing behind, or nothing that another would see."""
    async with fresh_database(postgres_url, migrated_template) as url, serving(kafka, url) as client:
        yield client


@pytest.fixture
async def api(kafka: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(kafka, database_url) as client:
        yield client


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def model() -> str:
    return f"lab/{uuid.uuid4().hex}"
