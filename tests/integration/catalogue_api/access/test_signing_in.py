"""Accounts, sessions and passwords, and who tries to get in without them."""

import asyncio
import statistics
import time
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import asyncpg
import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_messaging.settings import KafkaSettings
from support.access import PASSWORD, make_user
from support.api import serving
from support.polling import eventually

ANOTHER = "another horse battery"


async def sign_in(
    api: httpx.AsyncClient, email: str, password: str = PASSWORD, **request: Any
) -> httpx.Response:
    api.cookies.clear()
    return await api.post("/v1/sessions", json={"email": email, "password": password}, **request)


async def me(api: httpx.AsyncClient, token: str) -> int:
    api.cookies.clear()
    return (await api.get("/v1/users/me", headers={"Cookie": f"{COOKIE}={token}"})).status_code


def cookie_of(answer: httpx.Response) -> SimpleCookie:
    return SimpleCookie(answer.headers["Set-Cookie"])


async def test_who_signs_in_is_known_until_signing_out(guarded: httpx.AsyncClient, database_url: str) -> None:
    user = await make_user(database_url, "editor")
    answer = await sign_in(guarded, user.email.upper())

    assert answer.status_code == httpx.codes.CREATED
    assert answer.json()["user"]["id"] == str(user.id)
    assert "hash" not in answer.text
    token = cookie_of(answer)[COOKIE].value
    assert await me(guarded, token) == httpx.codes.OK
    guarded.cookies.clear()
    out = await guarded.delete("/v1/sessions", headers={"Cookie": f"{COOKIE}={token}"})
    assert out.status_code == httpx.codes.NO_CONTENT
    assert cookie_of(out)[COOKIE]["max-age"] == "0"
    assert await me(guarded, token) == httpx.codes.UNAUTHORIZED


async def test_the_cookie_is_for_no_script_and_no_other_site(kafka: KafkaSettings, database_url: str) -> None:
    user = await make_user(database_url)
    async with serving(kafka, database_url, auth="required", trusted_proxies=("127.0.0.1",)) as api:
        plain = cookie_of(await sign_in(api, user.email))[COOKIE]
        assert (plain["httponly"], plain["samesite"], plain["path"]) == (True, "lax", "/")
        assert not plain["secure"]
        by_tls = await sign_in(api, user.email, headers={"X-Forwarded-Proto": "https"})
        assert cookie_of(by_tls)[COOKIE]["secure"] is True


async def test_a_session_is_another_one_after_each_sign_in(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    user = await make_user(database_url)
    first = cookie_of(await sign_in(guarded, user.email))[COOKIE].value
    again = await sign_in(guarded, user.email, headers={"Cookie": f"{COOKIE}={first}"})
    second = cookie_of(again)[COOKIE].value

    assert second != first
    assert await me(guarded, second) == httpx.codes.OK
    assert await me(guarded, first) == httpx.codes.UNAUTHORIZED
    planted = await sign_in(guarded, user.email, headers={"Cookie": f"{COOKIE}=planted"})
    assert cookie_of(planted)[COOKIE].value != "planted"


async def test_a_token_is_not_in_the_database(guarded: httpx.AsyncClient, database_url: str) -> None:
    user = await make_user(database_url)
    token = cookie_of(await sign_in(guarded, user.email))[COOKIE].value
    connection = await asyncpg.connect(database_url)
    rows = [dict(row) for row in await connection.fetch("SELECT * FROM sessions")]
    kept = await connection.fetchval("SELECT password_hash FROM users")
    await connection.close()
    assert len(rows) == 1
    assert token not in str(rows)
    assert kept.startswith("$argon2id$")


async def test_all_sessions_end_when_the_password_changes(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    user = await make_user(database_url)
    tokens = [cookie_of(await sign_in(guarded, user.email))[COOKIE].value for _ in range(2)]
    guarded.cookies.clear()
    own = {"Cookie": f"{COOKIE}={tokens[0]}"}

    async def change(current: str, new: str) -> int:
        body = {"current": current, "new": new}
        return (await guarded.put("/v1/users/me/password", json=body, headers=own)).status_code

    assert await change("wrong horse battery", ANOTHER) == httpx.codes.UNPROCESSABLE_ENTITY
    assert await change(PASSWORD, "short") == httpx.codes.UNPROCESSABLE_ENTITY
    assert await change(PASSWORD, ANOTHER) == httpx.codes.NO_CONTENT
    for token in tokens:
        await eventually(partial(me, guarded, token), lambda code: code == 401, 5)
    assert (await sign_in(guarded, user.email)).status_code == httpx.codes.UNAUTHORIZED
    assert (await sign_in(guarded, user.email, ANOTHER)).status_code == httpx.codes.CREATED


async def test_an_administrator_makes_closes_and_promotes_accounts(admin: httpx.AsyncClient) -> None:
    new = {"email": "Ann@Example.org", "name": "Ann", "password": PASSWORD}
    made = await admin.post("/v1/users", json=new)
    assert made.status_code == httpx.codes.CREATED
    assert made.json()["email"] == "ann@example.org"
    assert "password" not in made.text
    assert (await admin.post("/v1/users", json=new)).status_code == httpx.codes.CONFLICT
    short = await admin.post("/v1/users", json=new | {"password": "short"})
    assert short.json()["errors"] == [{"pointer": "/password", "reason": "has fewer than 12 characters"}]

    place = made.headers["Location"]
    key = admin.headers.pop("Authorization")
    token = cookie_of(await sign_in(admin, "ann@example.org"))[COOKIE].value
    admin.cookies.clear()
    assert (await admin.patch(place, json={"role": "editor"}, headers={"Authorization": key})).is_success

    async def may_write() -> int:
        body = {"name": "lab/x", "organization": "lab"}
        return (
            await admin.post("/v1/models", json=body, headers={"Cookie": f"{COOKIE}={token}"})
        ).status_code

    await eventually(may_write, lambda code: code == httpx.codes.CREATED, 5)
    assert (await admin.patch(place, json={"is_active": False}, headers={"Authorization": key})).is_success
    await eventually(lambda: me(admin, token), lambda code: code == httpx.codes.UNAUTHORIZED, 5)
    assert (await sign_in(admin, "ann@example.org")).status_code == httpx.codes.UNAUTHORIZED


async def test_an_unknown_address_takes_as_long_as_a_wrong_password_and_says_the_same(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    users = [await make_user(database_url) for _ in range(2)]
    without = await make_user(database_url, password=None)
    await sign_in(guarded, users[0].email, "first of all")  # hashes nobody's password, once

    async def timed(email: str) -> tuple[float, httpx.Response]:
        started = time.perf_counter()
        answer = await sign_in(guarded, email, "wrong horse battery")
        return time.perf_counter() - started, answer

    known, unknown = [], []
    for number in range(7):
        known.append(await timed(users[1].email))
        unknown.append(await timed(without.email if number % 2 else f"nobody{number}@example.org"))
    texts = {answer.text for _, answer in known + unknown}
    assert len(texts) == 1
    assert {answer.status_code for _, answer in known + unknown} == {httpx.codes.UNAUTHORIZED}
    usual = [statistics.median(seconds for seconds, _ in timings) for timings in (known, unknown)]
    assert 0.5 < usual[0] / usual[1] < 2
    assert min(usual) > 0.01  # a password was checked in both


async def test_who_tries_passwords_is_stopped(guarded: httpx.AsyncClient, database_url: str) -> None:
    user = await make_user(database_url)
    tries = [await sign_in(guarded, user.email, f"wrong {number} battery") for number in range(12)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429] * 2
    stopped = await sign_in(guarded, user.email)  # with the right one, too
    assert stopped.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert 0 < int(stopped.headers["Retry-After"]) <= 300


async def test_a_flood_of_sign_ins_leaves_events_and_reads_alone(
    guarded: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    async def attempt(number: int) -> int:
        body = {"email": f"{number}@example.org", "password": "wrong horse battery"}
        return (await guarded.post("/v1/sessions", json=body)).status_code

    assert (await admin.get("/v1/models")).status_code == httpx.codes.OK
    flood = [asyncio.create_task(attempt(number)) for number in range(200)]
    reads = []
    while not all(task.done() for task in flood):
        started = time.perf_counter()
        assert (await admin.get("/v1/models")).status_code == httpx.codes.OK
        reads.append(time.perf_counter() - started)
    codes = [task.result() for task in flood]
    # 503: passwords are checked one at a time, and a slow machine does not get to all within the limit.
    assert set(codes) <= {401, 429, 503}
    assert codes.count(401) <= 60
    assert statistics.median(reads) < 2


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address", "password": "x"},
        {"email": "a@b"},
        {"email": "a@b", "password": "x" * 1001},
        {"email": "a@b", "password": {"$ne": ""}},
    ],
)
async def test_what_is_no_sign_in_is_refused_without_its_password(
    guarded: httpx.AsyncClient, body: dict[str, object]
) -> None:
    answer = await guarded.post("/v1/sessions", json=body)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "xxx" not in answer.text
    assert ("e-mail address" in answer.text) == (body["email"] == "no address")


async def test_a_page_of_another_origin_signs_nobody_in(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    user = await make_user(database_url)
    answer = await sign_in(guarded, user.email, headers={"Origin": "https://evil.example"})
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "Set-Cookie" not in answer.headers
