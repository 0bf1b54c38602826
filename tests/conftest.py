"""What every test may ask for: a real Kafka and PostgreSQL, a database and topics of its own."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from local_stack import ports
from support.databases import database_name, fresh_database, migrate
from support.stack import Stack, hold_run_lock, running_stack, wait_stopped
from support.system import System, running_system, started_system

# What takes long on a machine that is busy with other tests is not wrong for it.
settings.register_profile("catalogue", deadline=None)
settings.load_profile("catalogue")

DIRECTORY = "CATALOGUE_TEST_STACK"  # environment: from the run's first process to pytest-xdist's workers


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist: its parent has done this
        return
    directory = Path(tempfile.mkdtemp(prefix="catalogue-tests-"))
    os.environ[DIRECTORY] = str(directory)
    lock = hold_run_lock(directory)

    def let_go() -> None:
        lock.close()
        wait_stopped(directory)
        shutil.rmtree(directory)

    config.add_cleanup(let_go)


@pytest.fixture(scope="session")
def stack() -> Stack:
    return running_stack(Path(os.environ[DIRECTORY]))


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The whole system: the one at API_URL where that is set, else one started as `make run` does."""
    if running := running_system(dict(os.environ)):
        yield running
        return
    # Not pytest's own directory: it locks out the user that PostgreSQL runs as for root.
    with (
        tempfile.TemporaryDirectory(prefix="catalogue-e2e-") as directory,
        started_system(Path(directory)) as started,
    ):
        yield started


@pytest.fixture(scope="session")
def bootstrap_servers(stack: Stack) -> str:
    return stack.bootstrap_servers


@pytest.fixture(scope="session")
def postgres_url(stack: Stack) -> str:
    """Of a superuser, who may make databases."""
    return stack.postgres_url


@pytest.fixture(scope="session")
async def migrated_template(postgres_url: str) -> AsyncIterator[str]:
    """The name of a database with all migrations applied, to be copied."""
    async with fresh_database(postgres_url) as url:
        await asyncio.to_thread(migrate, url)
        yield database_name(url)


@pytest.fixture
async def database_url(postgres_url: str, migrated_template: str) -> AsyncIterator[str]:
    """A migrated database for this test alone."""
    async with fresh_database(postgres_url, migrated_template) as url:
        yield url


@pytest.fixture
async def empty_database_url(postgres_url: str) -> AsyncIterator[str]:
    """A database without tables for this test alone."""
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def topic_prefix() -> str:
    """Begins the names of this test's topics and consumer groups, so that tests don't read each other's."""
    return f"t{uuid.uuid4().hex[:8]}."


@pytest.fixture
def free_port() -> int:
    return ports.free_port()
