"""One stack for all tests that leave it as it was, and ways to look into it."""

import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx
import pytest
from support.catalogue import Catalogue
from support.compose import ComposeStack, engine_answers, running


@pytest.fixture(scope="session")
def built() -> ComposeStack:
    """Not up yet, but its images are there."""
    if not engine_answers():
        pytest.exit("no Docker engine with Compose answers here: start one, then make test-compose", 1)
    stack = ComposeStack()
    stack.compose("build", "--quiet")
    return stack


@pytest.fixture(scope="session")
def stack(built: ComposeStack) -> Iterator[ComposeStack]:
    with running(built):
        yield built


@pytest.fixture
async def catalogue(stack: ComposeStack) -> AsyncIterator[Catalogue]:
    unique = uuid.uuid4().hex[:12]
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=60) as api:
        yield await Catalogue.create(api, model=f"lab-{unique}/model", benchmark=f"Bench {unique}")


@pytest.fixture
async def owner(stack: ComposeStack) -> AsyncIterator[asyncpg.Connection]:
    """The database, as the tables' owner sees it."""
    connection = await asyncpg.connect(stack.database_url("catalogue_owner"))
    yield connection
    await connection.close()
