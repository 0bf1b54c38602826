"""A key's life: made, used, rotated, revoked, ended; and how long each takes to count."""

import time
from datetime import timedelta

import asyncpg
import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables.mixins import now
from support.access import bearer, make_key
from support.api import serving
from support.polling import eventually
from support.proxies import proxied

READ = {"name": "Reader", "scopes": ["read"]}


async def status(api: httpx.AsyncClient, key: str) -> int:
    return (await api.get("/v1/models", headers=bearer(key))).status_code


async def test_a_key_is_shown_once_and_works_from_then_on(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/v1/api-keys", json=READ)

    assert answer.status_code == httpx.codes.CREATED
    assert answer.headers["Cache-Control"] == "no-store"
    made = answer.json()
    assert made["key"].endswith(made["last_four"])
    assert await status(admin, made["key"]) == httpx.codes.OK
    found = (await admin.get(answer.headers["Location"])).json()
    assert found["last_used_at"] is not None
    assert found["updated_at"] == made["updated_at"]
    listed = await admin.get("/v1/api-keys")
    assert listed.json()["items"][0]["id"] == made["id"]
    for text in (listed.text, (await admin.get(answer.headers["Location"])).text):
        assert made["key"] not in text
        assert "digest" not in text


async def test_the_database_never_has_the_key(admin: httpx.AsyncClient, database_url: str) -> None:
    key = (await admin.post("/v1/api-keys", json=READ)).json()["key"]
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT * FROM api_keys")
    await connection.close()
    secret = key.split("_")[2]
    assert len(rows) == 2
    assert secret not in str([dict(row) for row in rows])


async def test_a_revoked_key_is_refused_within_five_seconds(admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/v1/api-keys", json=READ)).json()
    assert await status(admin, made["key"]) == httpx.codes.OK

    assert (await admin.delete(f"/v1/api-keys/{made['id']}")).status_code == httpx.codes.NO_CONTENT
    revoked = time.monotonic()
    while await status(admin, made["key"]) == httpx.codes.OK:  # asked all the time: the cache is always warm
        assert time.monotonic() - revoked < 5
    assert (await admin.get(f"/v1/api-keys/{made['id']}")).json()["is_active"] is False
    again = await admin.post(f"/v1/api-keys/{made['id']}/rotate", json={})
    assert again.status_code == httpx.codes.CONFLICT


async def test_a_rotated_key_is_the_same_one_and_the_text_before_it_ends(admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/v1/api-keys", json=READ)).json()
    rotate = f"/v1/api-keys/{made['id']}/rotate"

    second = (await admin.post(rotate, json={"overlap_hours": 1})).json()
    assert (second["id"], second["scopes"]) == (made["id"], made["scopes"])
    assert [await status(admin, key) for key in (made["key"], second["key"])] == [200, 200]

    third = (await admin.post(rotate, json={"overlap_hours": 0})).json()
    assert await status(admin, third["key"]) == httpx.codes.OK
    await eventually(lambda: refused(admin, made["key"], second["key"]), bool, 5)


async def refused(api: httpx.AsyncClient, *keys: str) -> bool:
    return [await status(api, key) for key in keys] == [401] * len(keys)


async def test_a_key_ends_when_it_was_to_end(guarded: httpx.AsyncClient, database_url: str) -> None:
    key = await make_key(database_url, "read", expires_at=now() + timedelta(seconds=1.5))
    assert await status(guarded, key) == httpx.codes.OK
    await eventually(lambda: refused(guarded, key), bool, 2)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"name": " "}, "/name"),
        ({"digest": "x"}, "/digest"),
    ],
)
async def test_a_key_that_cannot_be_is_not_made(
    admin: httpx.AsyncClient, wrong: dict[str, object], pointer: str
) -> None:
    answer = await admin.post("/v1/api-keys", json=READ | wrong)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("how", ["cut", "freeze"])
async def test_without_postgresql_known_keys_go_on_and_unknown_ones_are_asked_to_come_again(
    kafka: KafkaSettings, database_url: str, model: str, how: str
) -> None:
    known, unknown = (
        await make_key(database_url, "events:write"),
        await make_key(database_url, "events:write"),
    )
    opinion = {"model": model, "content": "Good."}
    async with proxied(database_url) as (url, proxy), serving(kafka, url, auth="required") as api:

        async def send(key: str) -> httpx.Response:
            return await api.post("/v1/opinions", json=opinion, headers=bearer(key))

        assert (await send(known)).status_code == httpx.codes.ACCEPTED
        getattr(proxy, how)()
        away = time.monotonic()
        while time.monotonic() - away < 6:  # longer than any answer holds
            assert (await send(known)).status_code == httpx.codes.ACCEPTED
        answer = await send(unknown)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert answer.headers["Retry-After"]
        proxy.mend()
        await eventually(lambda: send(unknown), lambda answer: answer.status_code == httpx.codes.ACCEPTED, 10)


async def test_without_postgresql_a_key_goes_on_no_longer_than_its_grace(
    kafka: KafkaSettings, database_url: str, model: str
) -> None:
    key = await make_key(database_url, "events:write")
    async with (
        proxied(database_url) as (url, proxy),
        serving(kafka, url, auth="required", key_grace=1) as api,
    ):
        opinion = {"model": model, "content": "Good."}

        async def code() -> int:
            return (await api.post("/v1/opinions", json=opinion, headers=bearer(key))).status_code

        assert await code() == httpx.codes.ACCEPTED
        proxy.cut()
        deadline = time.monotonic() + 6
        while await code() != httpx.codes.SERVICE_UNAVAILABLE:
            assert time.monotonic() < deadline
