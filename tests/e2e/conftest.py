"""A client of the whole system, and a catalogue of each test's own in it."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from support.catalogue import Catalogue
from support.system import System


@pytest.fixture
async def api(system: System) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=system.api_url, headers=system.headers, timeout=30) as client:
        yield client


@pytest.fixture
async def catalogue(api: httpx.AsyncClient) -> Catalogue:
    """A model and a benchmark of this test's own, so that tests share a system without meeting."""
    unique = uuid.uuid4().hex[:12]
    return await Catalogue.create(api, model=f"lab-{unique}/model one", benchmark=f"Bench {unique}/hard")
