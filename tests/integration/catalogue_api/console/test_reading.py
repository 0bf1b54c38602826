"""The first page, opinions, and who may read."""

import re
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.users import Role
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
    "/leads?benchmark=MMLU",
    "/compare?models=lab/a&models=lab/b",
    "/value?benchmark=MMLU",
    "/agreement?min_opinions=1",
    "/opinions",
    "/choices/models",
    "/counts",
)


async def test_the_first_page_shows_leaders_with_their_scores_and_what_is_new(
    reader: httpx.AsyncClient,
) -> None:
    page = await reader.get("/")

    led = page.text.partition('href="/benchmarks/Latency"')[2].partition("</tr>")[0]
    assert '<a href="/models/lab/b">lab/b</a></td><td class="n">1.5 <span' in led
    assert 'href="/v1/models/' not in page.text
    assert '<a href="/models/lab/a">lab/a</a> scores' in page.text


async def test_an_empty_catalogue_says_how_to_fill_it(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/models", "/benchmarks"):
        assert "curl -s $API_URL/v1/models/import" in (await browser.get(path)).text


async def test_opinions_are_filtered_and_shown_with_label_and_confidence(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/opinions?model=lab/a&sentiment=positive&author=")

    assert "Superb at code." in page.text
    assert (
        '<span class="label positive">positive</span> <span class="small faint">87 % sure</span>' in page.text
    )
    assert page.text.count("<article") == 1
    assert "No opinion is like that." in (await reader.get("/opinions?source=nowhere")).text


async def test_opinions_are_found_by_their_words(reader: httpx.AsyncClient) -> None:
    found = await reader.get("/opinions", params={"q": '"superb at" -slow'})
    assert found.text.count("<article") == 1
    assert 'value="&#34;superb at&#34; -slow"' in found.text

    assert "No opinion is like that." in (await reader.get("/opinions?q=unheard")).text
    nothing = await reader.get("/opinions", params={"q": "-all"})
    assert nothing.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_the_counts_of_the_first_page_are_asked_for_again_and_again(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/")
    assert 'hx-get="/counts" hx-trigger="every 5s"' in page.text

    again = await reader.get("/counts", headers={"HX-Request": "true"})
    assert '<dd data-count="opinions">4</dd>' in again.text
    assert again.text.lstrip().startswith('<dl class="figures" id="counts"')


async def test_a_long_opinion_is_cut_in_lists_and_whole_on_its_page(reader: httpx.AsyncClient) -> None:
    listed = await reader.get("/opinions?model=lab/b")
    assert len(listed.text) < 20_000
    [path] = re.findall(r'href="(/opinions/\d+)"', listed.text)

    whole = await reader.get(path)
    assert whole.text.count("long ") >= 1000
    assert 'href="https://example.org/said" rel="noopener nofollow"' in whole.text


async def test_what_people_wrote_is_text(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/opinions?model=lab/a")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "javascript:alert(1)" in page.text  # as text
    assert 'href="javascript:' not in page.text
    assert (await reader.get("/opinions", params={"tag": HOSTILE})).text.count("<article") == 1


async def test_readers_pages_are_readers_own_unless_reading_is_public(
    guarded_browser: httpx.AsyncClient,
    sign_in_as: Callable[[Role], Awaitable[None]],
    kafka: KafkaSettings,
    database_url: str,
) -> None:
    await fill(database_url)
    for path in PAGES:
        assert (await guarded_browser.get(path)).headers["Location"].startswith("/sign-in?next="), path
    await sign_in_as("reader")
    for path in PAGES:
        assert (await guarded_browser.get(path)).status_code == httpx.codes.OK, path

    async with serving(kafka, database_url, auth="required", public_reads=True) as client:
        for path in PAGES:
            assert (await client.get(path, headers=HTML)).status_code == httpx.codes.OK, path


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_in_a_page_runs_or_comes_from_elsewhere(reader: httpx.AsyncClient, path: str) -> None:
    page = await reader.get(path)

    for tag, said in tags_of(page.text):
        assert tag != "script" or said["src"].startswith("/static/")
        assert not any(name.startswith("on") or name == "style" for name in said)
        address = said.get("href", said.get("src", "/"))
        assert address[0] in "/#" or (said["rel"] == "noopener nofollow" and address.startswith("https://"))
    assert len(page.content) < 200_000


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_data_too(reader: httpx.AsyncClient, path: str) -> None:
    tags = tags_of((await reader.get(path)).text)
    links = {said["href"] for tag, said in tags if tag == "a" and said["href"].startswith("/v1/")}

    links -= {"/v1/feed"}  # which every page has, and is the first page's own
    assert links or path in {"/choices/models", "/counts"}
    for link in links:
        answer = await reader.get(link, headers={"Accept": "application/json"})
        assert answer.status_code == httpx.codes.OK, link


def tags_of(text: str) -> list[tuple[str, dict[str, str]]]:
    """As a browser reads them: the tags with their attributes."""
    found: list[tuple[str, dict[str, str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(text)
    return found
