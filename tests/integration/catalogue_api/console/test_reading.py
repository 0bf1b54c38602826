"""The first page, opinions, and who may read."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.users import Role
from sqlalchemy.ext.asyncio import AsyncEngine
from support.api import serving
from support.readable import HOSTILE, fill

from .conftest import HTML

PAGES = (
    "/",
    "/models",
    "/models/lab/a",
    "/benchmarks",
    "/benchmarks/MMLU",
    "/claims?model=lab/a&benchmark=MMLU",
    "/compare?models=lab/a&models=lab/b",
    "/value?benchmark=MMLU",
    "/agreement?min_opinions=1",
    "/opinions",
    "/choices/models",
)


@pytest.fixture
async def filled(engine: AsyncEngine) -> None:
    await fill(engine)


@pytest.mark.usefixtures("filled")
async def test_the_first_page_shows_leaders_with_their_scores_and_what_is_new(
    browser: httpx.AsyncClient,
) -> None:
    page = await browser.get("/")

    led = page.text.partition('href="/benchmarks/Latency"')[2].partition("</tr>")[0]
    assert '<a href="/models/lab/b">lab/b</a></td><td class="n">1.5</td>' in led
    assert 'href="/v1/models/' not in page.text
    assert '<a href="/models/lab/a">lab/a</a> scores' in page.text


async def test_an_empty_catalogue_says_how_to_fill_it(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/models", "/benchmarks"):
        assert "curl -s $API_URL/v1/models/import" in (await browser.get(path)).text


@pytest.mark.usefixtures("filled")
async def test_opinions_are_filtered_and_shown_with_label_and_confidence(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/opinions?model=lab/a&sentiment=positive&author=")

    assert "Superb at code." in page.text
    assert (
        '<span class="label positive">positive</span> <span class="small faint">87 % sure</span>' in page.text
    )
    assert page.text.count("<article") == 1
    assert "No opinion is like that." in (await browser.get("/opinions?source=nowhere")).text


@pytest.mark.usefixtures("filled")
async def test_a_long_opinion_is_cut_in_lists_and_whole_on_its_page(browser: httpx.AsyncClient) -> None:
    listed = await browser.get("/opinions?model=lab/b")
    assert len(listed.text) < 20_000
    [path] = re.findall(r'href="(/opinions/\d+)"', listed.text)

    whole = await browser.get(path)
    assert whole.text.count("long ") >= 1000
    assert 'href="https://example.org/said" rel="noopener nofollow"' in whole.text


@pytest.mark.usefixtures("filled")
async def test_what_people_wrote_is_text(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/opinions?model=lab/a")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "javascript:alert(1)" in page.text  # as text
    assert 'href="javascript:' not in page.text
    assert (await browser.get("/opinions", params={"tag": HOSTILE})).text.count("<article") == 1


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PAGES)
async def test_readers_pages_are_readers_own_unless_reading_is_public(
    guarded_browser: httpx.AsyncClient,
    sign_in_as: Callable[[Role], Awaitable[None]],
    kafka: KafkaSettings,
    database_url: str,
    path: str,
) -> None:
    assert (await guarded_browser.get(path)).headers["Location"].startswith("/sign-in?next=")
    await sign_in_as("reader")
    assert (await guarded_browser.get(path)).status_code == httpx.codes.OK

    async with serving(kafka, database_url, auth="required", public_reads=True) as client:
        assert (await client.get(path, headers=HTML)).status_code == httpx.codes.OK


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_elsewhere_and_is_small(
    browser: httpx.AsyncClient, path: str
) -> None:
    page = await browser.get(path)

    assert not re.search(r"\son\w+=|\sstyle=|<script>|(src|hx-get)=\"https?:", page.text)
    assert page.text.count("<h1") <= 1
    assert len(page.content) < 200_000
    links = set(re.findall(r'href="(/v1/[^"]+)"', page.text)) - {"/v1/feed"}
    for link in links:
        answer = await browser.get(link.replace("&amp;", "&"), headers={"Accept": "application/json"})
        assert answer.status_code == httpx.codes.OK, link
