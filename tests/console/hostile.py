"""A catalogue in which every text that somebody else wrote is a script that would run, were it markup."""

from urllib.parse import quote

import asyncpg
import httpx
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import OPINIONS_SUBMITTED, RESULTS_REPORTED
from support.kafka import producer
from support.sample.catalogue import Json
from support.sample.loading import dealt_with, post

RUNS = "javascript:window.__ran='an address'"


def script(field: str) -> str:
    """Says in `window.__ran` which field ran."""
    return f"\"><img src=x onerror=window.__ran=1><script>window.__ran='{field}'</script>"


MODEL, BENCHMARK, OTHER = script("model"), script("benchmark"), script("other model")
WAITING = script("waiting name")
ANSWERED: tuple[tuple[str, Json], ...] = (
    ("/v1/tags", {"name": script("tag")}),
    (
        "/v1/models",
        {
            "name": MODEL,
            "display_name": script("display name"),
            "organization": script("organisation"),
            "license": script("licence"),
            "description": script("description"),
            "metadata": {script("metadata's name"): script("metadata"), "open_weights": script("weights")},
            "successor": OTHER,
            "tags": [script("tag")],
        },
    ),
    ("/v1/models", {"name": OTHER, "organization": "lab"}),
    (
        "/v1/benchmarks",
        {
            "name": BENCHMARK,
            "category": script("kind of benchmark"),
            "description": script("what it measures"),
            "url": f"https://example.org/{quote(script('url'))}\"><script>window.__ran='url'</script>",
        },
    ),
    ("/v1/categories", {"name": script("category"), "description": script("category's description")}),
    (
        "/v1/use-cases",
        {
            "model": MODEL,
            "use_case": script("use case"),
            "description": script("use case's description"),
            "mentioned_by": script("mentioned by"),
            "category": script("category"),
        },
    ),
    (
        "/v1/aliases",
        {
            "kind": "model",
            "alias": script("alias"),
            "name": MODEL,
            "confirmed_by": script("confirmed by"),
            "evidence": "https://example.org/\"><script>window.__ran='evidence'</script>",
        },
    ),
    ("/v1/tasks", {"title": script("task"), "description": script("task's description")}),
    (
        "/v1/users",
        {"name": script("user"), "email": "\"><script>window.__ran='e-mail'</script>@x", "role": "admin"},
    ),
    ("/v1/api-keys", {"name": script("key"), "scopes": ["read"]}),
)
PRICE = {"model": MODEL, "provider": script("provider"), "input": 1, "output": 2, "source": script("priced")}
RESULT = {
    "type": "ResultReported",
    "model": MODEL,
    "benchmark": BENCHMARK,
    "score": 50,
    "metric": script("metric"),
    "unit": "<script>window.__ran='unit'</script>",
    "source": script("source"),
    "evaluator": script("evaluator"),
    "harness": script("harness"),
    "harness_version": script("harness version"),
    "settings": {script("setting"): script("setting's value")},
    "source_url": "https://example.org/\"><script>window.__ran='source_url'</script>",
    "run_id": script("run"),
}
OPINION = {
    "type": "OpinionSubmitted",
    "model": MODEL,
    "content": script("opinion"),
    "source": script("opinion's source"),
    "author": script("author"),
    "tags": [script("opinion's tag")],
    "date_published": "2026-01-05",
}
FAILS: tuple[Json, ...] = (
    {**OPINION, "model": WAITING},
    {**RESULT, "benchmark": script("waiting benchmark")},
)


async def fill(api: httpx.AsyncClient, kafka: KafkaSettings, database_url: str) -> None:
    """The client may do all. Fails where the catalogue refuses one of the texts."""
    for path, body in ANSWERED:
        answer = await api.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
    metric = {"benchmark": BENCHMARK, "name": script("metric"), "unit": RESULT["unit"], "ranks": True}
    assert (await api.put("/v1/metrics", json=metric)).is_success
    line = httpx.Request("POST", api.base_url, json={**PRICE, "valid_from": "2026-01-01"}).content
    lines = {"Content-Type": "application/x-ndjson"}
    assert (await api.post("/v1/model-prices", content=line, headers=lines)).is_success
    assert (await api.put(f"/v1/bare-name-sources/{quote(script('bare source'), safe='')}")).is_success
    await post(api, [RESULT, {**RESULT, "model": OTHER}, OPINION, *FAILS])
    await _send_bytes(kafka)
    await dealt_with(kafka)
    await _discard_one(api)
    await _address_scripts(database_url)


async def _send_bytes(kafka: KafkaSettings) -> None:
    """Letters whose bytes, key and headers are scripts."""
    async with producer(kafka) as sender:
        for topic in (OPINIONS_SUBMITTED, RESULTS_REPORTED):
            value = b"{" + script("letter's bytes").encode()
            headers = [(script("header's name"), script("header").encode()), ("ce_id", script("id").encode())]
            name, key = kafka.topic_name(topic), script("letter's key").encode()
            await sender.send_and_wait(name, value, key=key, headers=headers)


async def _discard_one(api: httpx.AsyncClient) -> None:
    letters = (await api.get("/v1/dead-letters", params={"reason": "undecodable"})).json()["items"]
    given_up = {"ids": [letters[0]["id"]], "note": script("note")}
    assert (await api.post("/v1/dead-letters/discard", json=given_up)).is_success


async def _address_scripts(database_url: str) -> None:
    """The API takes no such addresses; rows from before it asked may have them."""
    connection = await asyncpg.connect(database_url)
    try:
        for table, column in (("benchmarks", "url"), ("benchmark_results", "source_url")):
            await connection.execute(f"UPDATE {table} SET {column} = $1", RUNS)
    finally:
        await connection.close()
