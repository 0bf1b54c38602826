"""What all pages have alike: their safety, their errors, and what browsers keep of them."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.users import Role
from support.api import serving

from .conftest import HTML, token_in

HOSTILE = '"><script>alert(1)</script>'


async def test_a_page_loads_from_here_alone_and_nothing_that_stands_in_it_runs(
    browser: httpx.AsyncClient,
) -> None:
    page = await browser.get("/")

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\son\w+=|\sstyle=|<script>|https?://", page.text)


async def test_what_pages_load_is_kept_for_ever_and_is_little(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)

    answers = [await browser.get(asset, headers={"Accept-Encoding": "gzip"}) for asset in assets]
    assert len(answers) >= 3
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)
    assert sum(answer.num_bytes_downloaded for answer in answers) < 100_000


async def test_an_error_is_a_page_for_a_browser_and_data_for_a_program(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"/benchmarks/{HOSTILE}")
    assert page.status_code == httpx.codes.NOT_FOUND
    assert page.headers["Content-Type"].startswith("text/html")
    assert "There is no benchmark named" in page.text
    assert "<script>alert" not in page.text

    for path, accept in (("/nothing", "application/json"), ("/v1/models/nothing", HTML["Accept"])):
        data = await browser.get(path, headers={"Accept": accept})
        assert data.status_code == httpx.codes.NOT_FOUND
        assert data.headers["Content-Type"] == "application/problem+json"


async def test_a_wrong_filter_is_told_with_its_name(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/models?limit=many")

    assert page.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "query:limit" in page.text


async def test_a_filter_that_is_empty_is_none(browser: httpx.AsyncClient) -> None:
    await browser.post("/v1/models", json={"name": "lab/a", "organization": "lab"})

    assert "lab/a" in (await browser.get("/models?q=&organization=&tag=")).text
    assert "lab/a" not in (await browser.get("/models?q=z&organization=")).text


async def test_what_htmx_is_refused_is_told_beside_the_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/models?limit=0", headers={"HX-Request": "true", "Accept": "*/*"})

    assert answer.text.startswith('<div class="note bad" role="alert">')


async def test_without_the_database_a_page_says_so(kafka: KafkaSettings) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    async with serving(kafka, nowhere) as client:
        page = await client.get("/models", headers=HTML)

    assert page.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "The database cannot be reached" in page.text


async def test_who_is_not_known_is_led_to_signing_in_and_back(guarded_browser: httpx.AsyncClient) -> None:
    answer = await guarded_browser.get("/models?q=a")

    assert answer.status_code == httpx.codes.SEE_OTHER
    assert answer.headers["Location"] == "/sign-in?next=/models%3Fq%3Da"
    by_script = await guarded_browser.get("/models", headers={"HX-Request": "true"})
    assert by_script.headers["HX-Redirect"] == "/sign-in"


@pytest.mark.parametrize("role", ["reader", "admin"])
async def test_one_is_shown_the_pages_that_one_may_see(
    guarded_browser: httpx.AsyncClient, sign_in_as: Callable[[Role], Awaitable[None]], role: Role
) -> None:
    await sign_in_as(role)
    page = await guarded_browser.get("/")

    assert ('href="/audit"' in page.text) == (role == "admin")


async def test_public_pages_know_who_signed_in_all_the_same(kafka: KafkaSettings, database_url: str) -> None:
    async with serving(kafka, database_url, auth="required", public_reads=True) as client:
        client.headers.update(HTML)
        page = await client.get("/models")
        assert page.is_success
        assert "Dead letters" not in page.text
        assert "Sign in" in page.text
        assert token_in(await client.get("/sign-in"))
