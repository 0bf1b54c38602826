"""Somebody at a browser, as far as the server sees them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.users import Role
from support.access import make_user, open_session
from support.api import serving
from support.databases import fresh_database
from support.readable import fill

HTML = {"Accept": "text/html,application/xhtml+xml"}

Send = Callable[..., Awaitable[httpx.Response]]
"""Posts a form with its token: the path, and its fields."""
SignIn = Callable[[Role], Awaitable[None]]


@pytest.fixture
async def browser(kafka: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """In a system where nobody is asked who they are."""
    async with serving(kafka, database_url) as client:
        client.headers.update(HTML)
        yield client


@pytest.fixture(scope="session")
async def reader(
    kafka: KafkaSettings, postgres_url: str, migrated_template: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser where there is something to read, for tests that leave nothing behind."""
    async with fresh_database(postgres_url, migrated_template) as url, serving(kafka, url) as client:
        await fill(url)
        client.headers.update(HTML)
        yield client


@pytest.fixture
async def guarded_browser(kafka: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Of nobody yet, in a system that asks."""
    async with serving(kafka, database_url, auth="required") as client:
        client.headers.update(HTML)
        yield client


@pytest.fixture
def sign_in_as(guarded_browser: httpx.AsyncClient, database_url: str) -> SignIn:
    async def sign_in(role: Role) -> None:
        token = await open_session(database_url, await make_user(database_url, role))
        guarded_browser.cookies.set(COOKIE, token)

    return sign_in


def sender(client: httpx.AsyncClient) -> Send:
    async def send(path: str, **fields: object) -> httpx.Response:
        page = await client.get("/sign-in")
        return await client.post(path, data={"form_token": token_in(page), **fields})

    return send


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]


async def follow(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """The page that a form leads to."""
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    page = await browser.get(answer.headers["Location"])
    assert page.is_success, page.text
    return page


@pytest.fixture
def send(browser: httpx.AsyncClient) -> Send:
    return sender(browser)


@pytest.fixture
def send_guarded(guarded_browser: httpx.AsyncClient) -> Send:
    return sender(guarded_browser)


@pytest.fixture
async def admin(
    guarded_browser: httpx.AsyncClient, sign_in_as: Callable[[Role], Awaitable[None]]
) -> httpx.AsyncClient:
    """An administrator at a browser, who posts forms by `send_guarded`."""
    await sign_in_as("admin")
    return guarded_browser


@pytest.fixture
async def watcher(topics: KafkaSettings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks at topics that no other test writes to."""
    async with serving(topics, database_url) as client:
        client.headers.update(HTML)
        yield client


async def audited(client: httpx.AsyncClient, kind: str) -> list[tuple[str, str | None]]:
    """What was done to that kind, and to which, the newest first."""
    answer = await client.get("/v1/audit", params={"kind": kind}, headers={"Accept": "application/json"})
    return [(entry["action"], entry["target"]) for entry in answer.raise_for_status().json()["items"]]
