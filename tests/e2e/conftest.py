"""The system under test: the one at API_URL where that is set, else one started as `make run` does."""

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from support.catalogue import Catalogue
from support.system import System, running_system, started_system


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    if running := running_system(dict(os.environ)):
        yield running
        return
    # Not pytest's own directory: it locks out the user that PostgreSQL runs as for root.
    with (
        tempfile.TemporaryDirectory(prefix="catalogue-e2e-") as directory,
        started_system(Path(directory)) as started,
    ):
        yield started


@pytest.fixture
async def api(system: System) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=system.api_url, timeout=30) as client:
        yield client


@pytest.fixture
async def catalogue(api: httpx.AsyncClient) -> Catalogue:
    """A model and a benchmark of this test's own, so that tests share a system without meeting."""
    unique = uuid.uuid4().hex[:12]
    return await Catalogue.create(api, model=f"lab-{unique}/model one", benchmark=f"Bench {unique}/hard")
