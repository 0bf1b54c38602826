"""What is new, over HTTP."""

from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import httpx
from catalogue_schema.events import ResultReported
from ingest_worker.results import RESULTS
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

ATOM = "{http://www.w3.org/2005/Atom}"


async def report(engine: AsyncEngine, producer: UUID | None = None, **said: Any) -> None:
    event = ResultReported(**{"benchmark": "MMLU"} | said)
    await write_events(engine, RESULTS, batch(event, producer=producer))


async def titles(api: httpx.AsyncClient, **query: str) -> list[str | None]:
    answer = (await api.get("/v1/feed", params=query)).raise_for_status()
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return [entry.findtext(f"{ATOM}title") for entry in ET.fromstring(answer.content).findall(f"{ATOM}entry")]


async def test_models_results_and_leaders_are_told_the_newest_first(
    api: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await create_catalogue(engine)
    await report(engine, model="lab/model", score=0.5, metric="accuracy", unit="fraction")
    await report(engine, model="lab/other", score=0.7)
    assert await titles(api, kind="models") == ["New model: lab/other", "New model: lab/model"]
    assert await titles(api, kind="results") == [
        "lab/other scores 0.7 on MMLU",
        "lab/model scores 0.5 fraction on MMLU",
    ]
    assert await titles(api, kind="leaders") == ["lab/other leads MMLU"]
    assert len(await titles(api)) == 5


async def test_a_changed_leader_is_a_new_entry(api: httpx.AsyncClient, engine: AsyncEngine) -> None:
    await create_catalogue(engine)
    await report(engine, model="lab/model", score=1, metric="seconds", higher_is_better=False)
    first = (await api.get("/v1/feed", params={"kind": "leaders"})).text
    await report(engine, model="lab/other", score=0.5, metric="seconds", higher_is_better=False)
    assert await titles(api, kind="leaders") == ["lab/other leads MMLU"]
    ids = [
        ET.fromstring(text).findtext(f"{ATOM}entry/{ATOM}id")
        for text in (first, (await api.get("/v1/feed", params={"kind": "leaders"})).text)
    ]
    assert len({*ids}) == 2


async def test_an_empty_catalogue_has_an_empty_feed(api: httpx.AsyncClient) -> None:
    assert await titles(api) == []


async def test_events_of_several_producers_under_one_id_are_entries_of_their_own(
    api: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await create_catalogue(engine)
    for number in (0, 1, 2):
        producer = UUID(int=number) if number else None
        await report(
            engine,
            producer,
            model="lab/model",
            score=number,
            event_id=UUID(int=9),
            date_tested=f"2026-01-0{number + 1}",
        )
    answer = await api.get("/v1/feed", params={"kind": "results"})
    entries = ET.fromstring(answer.content).findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries) == 3
