"""A system that asks who is calling, with the sample in it, and a browser before it."""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.users import Role
from playwright.async_api import Browser, BrowserContext, expect
from support.access import bearer, make_key, make_user, open_session
from support.chromium import chromium
from support.sample.catalogue import Sample
from support.sample.loading import load
from support.system import System, started_system

from console.places import Places, find_places
from console.seeing import LOOKS, Look, new_context

SignIn = Callable[..., Awaitable[BrowserContext]]
"""A browser's context in which somebody of the role is signed in."""
PATIENCE = 15_000
"""Milliseconds for what a page is to show; a machine that runs all of the system at once may be slow."""
TIMES = pytest.StashKey[dict[str, float]]()

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    with (
        tempfile.TemporaryDirectory(prefix="catalogue-console-") as directory,
        started_system(Path(directory), AUTH="required") as started,
    ):
        yield started


@pytest.fixture(scope="session")
def kafka(system: System) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=system.bootstrap_servers)


@pytest.fixture(scope="session")
async def api(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """With a key that may do everything."""
    headers = bearer(await make_key(system.database_url, "admin"))
    async with httpx.AsyncClient(base_url=system.api_url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
async def places(api: httpx.AsyncClient, kafka: KafkaSettings) -> Places:
    """The sample is there, and these are places in it."""
    await load(api, kafka, Sample())
    return await find_places(api)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture(scope="session")
async def tokens(system: System) -> Callable[[Role], Awaitable[str]]:
    """A session's token of somebody of the role; the same of each."""
    known: dict[Role, str] = {}

    async def token(role: Role) -> str:
        if role not in known:
            known[role] = await open_session(system.database_url, await make_user(system.database_url, role))
        return known[role]

    return token


@pytest.fixture(scope="session")
async def sign_in(
    browser: Browser,
    system: System,
    tokens: Callable[[Role], Awaitable[str]],
    places: Places,  # noqa: ARG001 (a browser comes to a system with the sample in it)
) -> AsyncIterator[SignIn]:
    opened = []

    async def open_context(role: Role | None, look: Look = LOOKS[0], **options: object) -> BrowserContext:
        context = await new_context(browser, look, base_url=system.api_url, **options)
        context.set_default_timeout(4 * PATIENCE)
        opened.append(context)
        if role:
            cookie = {"name": COOKIE, "value": await tokens(role), "url": system.api_url}
            await context.add_cookies([cookie])  # type: ignore[list-item]
        return context

    yield open_context
    for context in opened:
        await context.close()


@pytest.fixture(scope="session")
def times(pytestconfig: pytest.Config) -> dict[str, float]:
    """Milliseconds by page, told at the end of the run."""
    return pytestconfig.stash.setdefault(TIMES, {})


async def answer_time(client: httpx.AsyncClient, path: str) -> float:
    """Milliseconds to the whole answer, the median of five."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        (await client.get(path)).raise_for_status()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    times = config.stash.get(TIMES, cast("dict[str, float]", {}))
    if times:
        terminalreporter.section("milliseconds to a page's whole answer, with all else on this machine")
        for page, taken in sorted(times.items(), key=lambda each: -each[1]):
            terminalreporter.line(f"{taken:7.1f}  {page}")
