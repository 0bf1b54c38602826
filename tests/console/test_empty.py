"""A catalogue in which nothing is yet, in a system that asks nobody who they are."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser
from support.databases import fresh_database, migrate
from support.kafka import topics_of
from support.system import System
from support.workers import worker

from console.pages import VISITS
from console.seeing import LOOKS, Look, Seen, new_context, see

PATHS = {template for template in VISITS if "{" not in template}
NEEDS = {"/claims", "/leads"}
"""Pages about what is named in their address."""


@pytest.fixture(scope="module")
async def address(system: System) -> AsyncIterator[str]:
    kafka = await topics_of(system.bootstrap_servers, f"e{uuid4().hex[:8]}.")
    async with fresh_database(system.database_url) as url:
        migrate(url)
        async with worker("catalogue_api", kafka, DATABASE_URL=url) as served:
            await served.ready()
            yield f"http://127.0.0.1:{served.port}"


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[2]], ids=lambda look: look.name)
@pytest.mark.parametrize("path", sorted(PATHS - NEEDS))
async def test_a_page_of_nothing_is_a_page(browser: Browser, address: str, path: str, look: Look) -> None:
    context = await new_context(browser, look)
    seen = await see(context, look, address + path, f"empty{path.replace('/', '-')}")
    await context.close()

    assert seen.status == httpx.codes.OK
    assert (seen.complaints, seen.violations, seen.over) == ([], [], 0)
    assert seen.shift < 0.01
    _in_order(seen)


def _in_order(seen: Seen) -> None:
    assert seen.headings[0] == 1
    assert seen.headings.count(1) == 1
