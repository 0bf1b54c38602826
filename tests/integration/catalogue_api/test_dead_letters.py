"""Dead letters over HTTP."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_schema.tables import Benchmark, Model
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession
from support.letters import VALID, letter

NOW = datetime.now(UTC)

STRUCTURED = json.dumps({"id": str(uuid4()), "data": json.loads(VALID.to_json())}).encode()
CONTENT_TYPE = b64encode(b"application/cloudevents+json").decode()


@pytest.fixture
async def letters(engine: AsyncEngine) -> dict[str, int]:
    rows = {
        "known": letter(model="lab/a", offset=2),
        "unknown": letter(offset=3),
        "no benchmark": letter(model="lab/a", benchmark="c", reason="unknown_benchmark", offset=4),
        "invalid": letter(reason="invalid", model="lab/a", value=b'{"score": "x"}', offset=5),
        "bytes": letter(event_id=None, reason="undecodable", value=b"\xff", model=None, benchmark=None),
        "not kept": letter(reason="invalid", value=None, offset=6),
        "structured": letter(
            reason="invalid", model="lab/a", value=STRUCTURED, headers=[("content-type", CONTENT_TYPE)]
        ),
        "old": letter(status="discarded", failed_at=NOW - timedelta(days=9), offset=7),
        "recorded": letter(status="recorded", offset=8),
    }
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add_all([Model(name="lab/a", organization="lab"), Benchmark(name="b")])
        await session.commit()  # before the letters, which would go on by themselves
        session.add_all(rows.values())
        await session.commit()
    return {name: row.id or 0 for name, row in rows.items()}


async def ids(api: httpx.AsyncClient, **query: str) -> set[int]:
    answer = (await api.get("/v1/dead-letters", params=query)).raise_for_status().json()
    return {item["id"] for item in answer["items"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"reason": "unknown_benchmark"}, {"no benchmark"}),
        ({"status": "discarded"}, {"old"}),
        ({"model": "lab/a"}, {"known", "no benchmark", "invalid", "structured"}),
        ({"benchmark": "c"}, {"no benchmark"}),
        ({"topic": "other"}, set()),
        ({"until": (NOW - timedelta(days=1)).isoformat()}, {"old"}),
        ({"since": (NOW - timedelta(days=1)).isoformat(), "reason": "undecodable"}, {"bytes"}),
    ],
)
async def test_letters_are_found_by_each_filter(
    api: httpx.AsyncClient, letters: dict[str, int], query: dict[str, str], found: set[str]
) -> None:
    assert await ids(api, **query) == {letters[name] for name in found}


async def test_letters_come_in_pages_and_are_counted_by_reason(
    api: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    seen, cursor = [], None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/dead-letters", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(letters.values(), reverse=True)
    summary = (await api.get("/v1/dead-letters/summary")).json()
    assert summary["total"] == len(letters)
    assert {"reason": "invalid", "status": "open", "count": 3} in summary["items"]


async def test_a_letter_shows_its_bytes_as_text_where_they_are(
    api: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    known = (await api.get(f"/v1/dead-letters/{letters['known']}")).json()
    assert json.loads(known["value"]["text"])["score"] == 1
    assert (await api.get(f"/v1/dead-letters/{letters['bytes']}")).json()["value"]["base64"] == "/w=="
    assert (await api.get(f"/v1/dead-letters/{letters['not kept']}")).json()["value"] is None
    assert (await api.get("/v1/dead-letters/999")).status_code == httpx.codes.NOT_FOUND


async def test_a_dry_run_holds_results_to_their_metrics(
    api: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    metric = {"benchmark": "b", "name": "accuracy", "lowest": 0, "highest": 0.5, "ranks": True}
    (await api.put("/v1/metrics", json=metric)).raise_for_status()
    selection = {"ids": [letters["known"], letters["invalid"]], "dry_run": True}
    answer = (await api.post("/v1/dead-letters/replay", json=selection)).json()
    assert answer["outcomes"] == {"out_of_range": 1, "invalid": 1}
    assert await ids(api, status="replaying") == set()


async def test_a_dry_run_says_what_would_become_of_each_and_does_nothing(
    api: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    answer = (await api.post("/v1/dead-letters/replay", json={"filter": {}, "dry_run": True})).json()
    names = {letter_id: name for name, letter_id in letters.items()}
    assert {names[item["id"]]: item["outcome"] for item in answer["items"]} == {
        "known": "recorded",
        "unknown": "unknown_model",
        "no benchmark": "unknown_benchmark",
        "invalid": "invalid",
        "bytes": "undecodable",
        "not kept": "not_replayed",
        "structured": "recorded",
        "old": "unknown_model",
    }
    assert answer["matched"] == 8
    assert answer["outcomes"]["unknown_model"] == 2
    assert await ids(api, status="replaying") == set()


@pytest.mark.parametrize(
    "selection", [{"ids": ["known", "recorded"]}, {"filter": {"model": "lab/a", "reason": "unknown_model"}}]
)
async def test_what_is_chosen_is_replayed_and_twice_is_once(
    api: httpx.AsyncClient, letters: dict[str, int], selection: dict[str, Any]
) -> None:
    if "ids" in selection:
        selection = {"ids": [letters[name] for name in selection["ids"]]}
    first = (await api.post("/v1/dead-letters/replay", json=selection)).json()
    again = (await api.post("/v1/dead-letters/replay", json=selection)).json()
    assert (first["matched"], again["matched"]) == (1, 0)
    assert await ids(api, status="replaying") == {letters["known"]}


async def test_discarding_takes_a_note_and_can_be_taken_back(
    api: httpx.AsyncClient, letters: dict[str, int]
) -> None:
    selection: dict[str, Any] = {"ids": [letters["invalid"]]}
    refused = await api.post("/v1/dead-letters/discard", json=selection)
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    selection["note"] = "a test's"
    dry = (await api.post("/v1/dead-letters/discard", json=selection | {"dry_run": True})).json()
    assert (dry["matched"], await ids(api, status="discarded")) == (1, {letters["old"]})
    assert (await api.post("/v1/dead-letters/discard", json=selection)).json()["matched"] == 1
    discarded = (await api.get(f"/v1/dead-letters/{letters['invalid']}")).json()
    assert (discarded["status"], discarded["note"]) == ("discarded", "a test's")
    del selection["note"]
    assert (await api.post("/v1/dead-letters/replay", json=selection)).json()["matched"] == 1


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": [1], "filter": {}}, {"filter": {"mood": "x"}}])
async def test_a_selection_is_either_ids_or_a_filter(api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await api.post("/v1/dead-letters/replay", json=body)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
