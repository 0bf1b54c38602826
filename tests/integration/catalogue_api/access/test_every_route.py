"""Every route, asked by nobody, by each role, and with a key of each scope."""

import asyncio
import re
from uuid import uuid4

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_api.access.keys import make_key as make_key_text
from catalogue_api.access.roles import ROLES, allowed_by
from catalogue_api.access.scopes import ROUTES
from catalogue_schema.tables.api_keys import SCOPES, Scope
from catalogue_schema.tables.users import Role
from support.access import bearer, make_key, make_user, open_session

ASKED = {name: access for name, access in ROUTES.items() if not access.public}
NOBODYS: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": "Basic bm9ib2R5Og=="},
    bearer("x"),
    bearer("cat_x"),
    bearer(make_key_text(uuid4()).text),
    {"Cookie": f"{COOKIE}=x"},
)
each_route = pytest.mark.parametrize("route", ASKED)


def request(route: str) -> tuple[str, str]:
    """The route's method, and a path of it that changes nothing where it is let in."""
    method, template = route.split(" ")
    return method, re.sub(r"\{[^}]*\}", str(uuid4()), template)


async def ask(api: httpx.AsyncClient, route: str, headers: dict[str, str]) -> httpx.Response:
    """The answer; of a stream its beginning."""
    async with api.stream(*request(route), headers=headers) as answer:
        if not answer.headers.get("Content-Type", "").startswith("text/event-stream"):
            await answer.aread()
    return answer


@pytest.fixture(scope="session")
async def sessions(shared_database: str) -> dict[Role, str]:
    users = {role: await make_user(shared_database, role, password=None) for role in ROLES}
    return {role: await open_session(shared_database, user) for role, user in users.items()}


@pytest.fixture(scope="session")
async def keys(shared_database: str) -> dict[str, str]:
    return {scope: await make_key(shared_database, scope) for scope in SCOPES}


@each_route
async def test_nobody_is_let_in(shared_guarded: httpx.AsyncClient, route: str) -> None:
    for headers in NOBODYS:
        answer = await ask(shared_guarded, route, headers)

        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="catalogue"')


@pytest.mark.parametrize("role", ROLES)
@each_route
async def test_a_role_may_do_what_it_is_for(
    shared_guarded: httpx.AsyncClient, sessions: dict[Role, str], route: str, role: Role
) -> None:
    cookie = {"Cookie": f"{COOKIE}={sessions[role]}"}
    answer = await ask(shared_guarded, route, cookie)

    scope = ASKED[route].scope
    if scope is None or scope in ROLES[role]:
        assert answer.status_code not in {401, 403}
    else:
        assert answer.status_code == httpx.codes.FORBIDDEN
        assert answer.json()["scope"] == scope
        assert scope in answer.json()["detail"]


@pytest.mark.parametrize("given", SCOPES)
@each_route
async def test_a_key_may_do_what_its_scope_says(
    shared_guarded: httpx.AsyncClient, keys: dict[str, str], route: str, given: Scope
) -> None:
    answer = await ask(shared_guarded, route, bearer(keys[given]))

    access = ASKED[route]
    if access.scope in allowed_by([given]) and not access.user:
        assert answer.status_code not in {401, 403}
    else:
        assert answer.status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("route", [name for name, access in ROUTES.items() if access.public])
async def test_what_is_public_asks_nobody(shared_guarded: httpx.AsyncClient, route: str) -> None:
    answer = await shared_guarded.request(*request(route), headers=bearer("cat_x"))

    assert answer.status_code not in {401, 403}


async def test_a_scraper_may_send_events_and_nothing_else(
    shared_guarded: httpx.AsyncClient, keys: dict[str, str], model: str
) -> None:
    scraper = bearer(keys["events:write"])
    opinion = {"model": model, "content": "Good."}

    sent = await shared_guarded.post("/v1/opinions", json=opinion, headers=scraper)
    assert sent.status_code == httpx.codes.ACCEPTED
    for method, path in (
        ("GET", "/v1/models"),
        ("GET", sent.headers["Location"]),
        ("POST", "/v1/models"),
        ("DELETE", "/v1/models/a"),
        ("POST", "/v1/api-keys"),
        ("POST", "/v1/dead-letters/replay"),
    ):
        assert (
            await shared_guarded.request(method, path, headers=scraper)
        ).status_code == httpx.codes.FORBIDDEN


async def test_who_is_asked_for_comes_before_the_body(shared_guarded: httpx.AsyncClient) -> None:
    url = shared_guarded.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n[")
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()
