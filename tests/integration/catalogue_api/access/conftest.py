"""An API that asks who is calling."""

from collections.abc import AsyncIterator

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from support.access import bearer, make_key
from support.api import serving
from support.databases import fresh_database


@pytest.fixture(scope="session")
async def shared_database(postgres_url: str, migrated_template: str) -> AsyncIterator[str]:
    async with fresh_database(postgres_url, migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
async def shared_guarded(kafka: KafkaSettings, shared_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """For tests that mind nothing that others left behind."""
    async with serving(kafka, shared_database, auth="required") as client:
        yield client


@pytest.fixture
async def guarded(kafka: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(kafka, database_url, auth="required") as client:
        yield client


@pytest.fixture
async def admin(guarded: httpx.AsyncClient, database_url: str) -> httpx.AsyncClient:
    """The client of `guarded`, with a key that may do everything."""
    guarded.headers.update(bearer(await make_key(database_url, "admin")))
    return guarded
