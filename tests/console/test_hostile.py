"""Scripts in every text that others wrote: each page shows them as text, and none runs."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_messaging.settings import KafkaSettings
from playwright.async_api import Browser, BrowserContext
from starlette.routing import compile_path
from support.access import bearer, make_key, make_user, open_session
from support.databases import fresh_database, migrate
from support.kafka import topics_of
from support.system import System
from support.workers import worker

from console.hostile import fill, script
from console.pages import VISITS, routes
from console.seeing import LOOKS, new_context
from console.watching import watched

MOST_OF_ONE_ROUTE, MOST_PAGES = 12, 200
SHOWN_AS_TEXT = {
    "model", "benchmark", "organisation", "tag",
    "waiting name", "waiting benchmark", "alias", "confirmed by", "bare source",
    "letter's bytes", "letter's key", "header's name", "header", "note",
    "task", "task's description",
}  # fmt: skip
"""Fields that some page must show: of what it holds back nobody would know."""
ASKED = ("q", "cursor", "organization", "tag", "model", "benchmark", "category", "source", "name", "next")
LINKS = """() => [...document.querySelectorAll("a[href]")].map(
  (each) => new URL(each.getAttribute("href"), location).href)"""


class Hostile(NamedTuple):
    context: BrowserContext
    origin: str


@pytest.fixture(scope="module")
async def hostile(system: System, browser: Browser) -> AsyncIterator[Hostile]:
    """An administrator's browser before a catalogue of its own, on the system's servers."""
    kafka = await topics_of(system.bootstrap_servers, f"h{uuid4().hex[:8]}.")
    async with fresh_database(system.database_url) as url:
        migrate(url)
        settings = {"DATABASE_URL": url}
        async with (
            worker("ingest_worker", kafka, **settings) as ingest,
            worker("sentiment_worker", kafka) as sentiment,
            worker("catalogue_api", kafka, AUTH="required", **settings) as served,
        ):
            for process in (ingest, sentiment, served):
                await process.ready()
            address = f"http://127.0.0.1:{served.port}"
            await _fill(address, kafka, url)
            context = await new_context(browser, LOOKS[0])
            token = await open_session(url, await make_user(url, "admin"))
            await context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
            yield Hostile(context, address)
            await context.close()


async def _fill(address: str, kafka: KafkaSettings, url: str) -> None:
    headers = bearer(await make_key(url, "admin"))
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as api:
        await fill(api, kafka, url)


class Crawl:
    """Through the console by its links, a few of each route."""

    def __init__(self, origin: str, start: list[str]) -> None:
        self._origin = origin
        self._patterns = {template: compile_path(template)[0] for template in routes()}
        self._found: Counter[str] = Counter()
        self._known: set[str] = set()
        self.waiting: list[str] = []
        self.add(start)

    def add(self, links: list[str]) -> None:
        for link in links:
            path = link.removeprefix(self._origin).partition("#")[0]
            template = self._template(urlsplit(path).path) if path.startswith("/") else None
            if template is None or path in self._known or self._found[template] >= MOST_OF_ONE_ROUTE:
                continue
            self._known.add(path)
            self._found[template] += 1
            self.waiting.append(path)

    @property
    def templates(self) -> set[str]:
        return {*self._found}

    def _template(self, path: str) -> str | None:
        if path in self._patterns:
            return path
        return next((name for name, pattern in self._patterns.items() if pattern.match(path)), None)


async def test_no_script_runs_that_somebody_stored_and_each_is_seen_as_text(hostile: Hostile) -> None:
    text: list[str] = []
    crawl = Crawl(hostile.origin, [visit.path for visit in VISITS.values() if "{" not in visit.path])
    while crawl.waiting and len(text) < MOST_PAGES:
        links, shown = await _harmless(hostile, crawl.waiting.pop(0))
        crawl.add(links)
        text.append(shown)

    everything = "\n".join(text)
    assert {field for field in SHOWN_AS_TEXT if f"window.__ran='{field}'" not in everything} == set()
    unseen = VISITS.keys() - crawl.templates
    assert not unseen, f"no link leads to {unseen}"


async def test_no_script_runs_that_an_address_brings(hostile: Hostile) -> None:
    asked = urlencode({name: script(name) for name in ASKED})
    for visit in VISITS.values():
        path = re.sub(r"\{.*?\}", script("path").replace("/", "%2F"), visit.path)
        await _harmless(hostile, f"{path}?{asked}", refused=True)


async def _harmless(hostile: Hostile, path: str, *, refused: bool = False) -> tuple[list[str], str]:
    """The page's links and text; fails where anything ran, or could. A page may refuse what is asked."""
    async with watched(hostile.context, hostile.origin + path) as page:
        await page.settled(renewed=False)
        links: list[str] = await page.page.evaluate(LINKS)
        wrong = [link for link in links if not link.startswith(("http://", "https://"))]
        wrong += [each for each in page.complaints if not (refused and "Failed to load resource" in each)]
        wrong += [f"it ran: {ran}" for ran in [await page.page.evaluate("window.__ran")] if ran]
        assert not wrong, f"{path}: {wrong}"
        return links, await page.page.locator("body").inner_text()
