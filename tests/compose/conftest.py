"""One stack for all tests that leave it as it was, and ways to look into it."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterator

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


@pytest.fixture(scope="session")
def make_key() -> Callable[[ComposeStack], str]:
    """A key that may do everything, made as an operator would."""

    def make(stack: ComposeStack) -> str:
        command = ("python", "-m", "catalogue_api", "keys", "create", "--name", "tests", "--scope", "admin")
        return stack.compose("exec", "-T", "catalogue-api", *command).stdout.strip()

    return make


@pytest.fixture(scope="session")
def client_of(make_key: Callable[[ComposeStack], str]) -> Callable[[ComposeStack], httpx.AsyncClient]:
    def client(stack: ComposeStack) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {make_key(stack)}"}
        return httpx.AsyncClient(base_url=stack.api_url, headers=headers, timeout=60)

    return client


@pytest.fixture
async def catalogue(
    stack: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient]
) -> AsyncIterator[Catalogue]:
    unique = uuid.uuid4().hex[:12]
    async with client_of(stack) as api:
        yield await Catalogue.create(api, model=f"lab-{unique}/model", benchmark=f"Bench {unique}")


@pytest.fixture
async def owner(stack: ComposeStack) -> AsyncIterator[asyncpg.Connection]:
    """The database, as the tables' owner sees it."""
    connection = await asyncpg.connect(stack.database_url("catalogue_owner"))
    yield connection
    await connection.close()
