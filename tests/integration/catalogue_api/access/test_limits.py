"""Limits by key: what is over them is refused before it is read, and answers say what is left."""

import re

import httpx
from catalogue_messaging.settings import KafkaSettings
from support.access import bearer, make_key
from support.api import serving


def batch(model: str, count: int) -> list[dict[str, str]]:
    opinion = {"type": "OpinionSubmitted", "model": model, "content": "Good."}
    return [opinion] * count


async def test_a_key_sends_so_many_events_in_a_time_and_another_key_as_many(
    kafka: KafkaSettings, database_url: str, model: str
) -> None:
    keys = [bearer(await make_key(database_url, "events:write")) for _ in range(2)]
    async with serving(kafka, database_url, auth="required", rate_events="10/hour") as api:
        one = await api.post("/v1/opinions", json=batch(model, 1)[0], headers=keys[0])
        assert one.status_code == httpx.codes.ACCEPTED
        assert one.headers["RateLimit-Policy"] == '"events";q=10;qu="events";w=3600'
        assert re.fullmatch(r'"events";r=9;t=\d+', one.headers["RateLimit"])
        many = await api.post("/v1/events", json=batch(model, 9), headers=keys[0])
        assert many.status_code == httpx.codes.ACCEPTED
        assert many.headers["RateLimit"].startswith('"events";r=0;')

        over = await api.post("/v1/events", content=b"not even JSON", headers=keys[0])
        assert over.status_code == httpx.codes.TOO_MANY_REQUESTS
        assert over.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(over.headers["Retry-After"]) <= 3600
        assert over.headers["RateLimit"].startswith('"events";r=0;')
        assert (await api.post("/v1/events", json=batch(model, 2), headers=keys[1])).is_success


async def test_a_key_sends_so_many_bytes(kafka: KafkaSettings, database_url: str, model: str) -> None:
    key = bearer(await make_key(database_url, "events:write"))
    async with serving(kafka, database_url, auth="required", rate_bytes="2000/hour") as api:
        large = await api.post("/v1/events", content=b"x" * 2001, headers=key)
        assert large.status_code == httpx.codes.TOO_MANY_REQUESTS
        body = batch(model, 10)
        sent = await api.post("/v1/events", json=body, headers=key)
        assert sent.is_success
        left = 2000 - int(sent.request.headers["Content-Length"])
        assert sent.headers["RateLimit"].startswith(f'"bytes";r={left};')
        assert sent.headers["RateLimit-Policy"] == '"bytes";q=2000;qu="content-bytes";w=3600'
        wrong = await api.post("/v1/events", content=b"{" * 100, headers=key)
        assert wrong.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
        assert (await api.post("/v1/events", json=batch(model, 30), headers=key)).status_code == 429


async def test_reads_and_apis_without_limits_say_nothing_of_them(
    kafka: KafkaSettings, database_url: str, model: str
) -> None:
    async with serving(kafka, database_url, rate_events="1/hour") as api:
        for _ in range(3):
            assert "RateLimit" not in (await api.get("/v1/models")).headers
    async with serving(kafka, database_url) as api:
        assert "RateLimit" not in (await api.post("/v1/opinions", json=batch(model, 1)[0])).headers


async def test_without_its_counters_events_are_taken(
    kafka: KafkaSettings, database_url: str, model: str, free_port: int
) -> None:
    store = f"redis://127.0.0.1:{free_port}"
    async with serving(kafka, database_url, rate_events="1/hour", rate_store=store) as api:
        for _ in range(2):
            assert (await api.post("/v1/opinions", json=batch(model, 1)[0])).status_code == 202
