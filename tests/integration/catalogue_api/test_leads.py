"""Who led a benchmark, and from when."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from catalogue_api.catalogue import leads
from catalogue_schema.events import ResultReported, SubmissionRetracted
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.writing import write_events
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

LEADS = "/v1/leads/MMLU"


@pytest.fixture
async def past(engine: AsyncEngine) -> AsyncEngine:
    """Reports of (model, score, tested) that came on the 1st, 2nd, … of March."""
    await create_catalogue(engine)
    reports = (
        ("lab/model", 50, "2026-01-10"),
        ("lab/other", 70, "2026-02-10"),
        ("lab/other", 60, "2026-01-20"),
        ("lab/model", 80, "2026-02-15"),
    )
    for number, (model, score, tested) in enumerate(reports, 1):
        await report(engine, f"2026-03-0{number}", model=model, score=score, date_tested=tested)
    return engine


async def report(engine: AsyncEngine, came: str, **fields: Any) -> UUID:
    event = ResultReported(**{"benchmark": "MMLU", "occurred_at": moment(came)} | fields)
    await write_events(engine, RESULTS, batch(event))
    await _came(engine, "result_reports", event.event_id, came)
    return event.event_id


async def retract(engine: AsyncEngine, came: str, retracts: UUID) -> None:
    event = SubmissionRetracted(event_id=uuid4(), retracts=retracts, reason="contaminated")
    await write_events(engine, RETRACTIONS, batch(event))
    await _came(engine, "retractions", event.event_id, came)


async def _came(engine: AsyncEngine, table: str, event_id: UUID, came: str) -> None:
    async with engine.begin() as connection:
        statement = text(f"UPDATE {table} SET created_at = :moment WHERE event_id = :event_id")
        await connection.execute(statement, {"moment": moment(came), "event_id": event_id})


def moment(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


async def led(api: httpx.AsyncClient, **query: Any) -> list[tuple[str, str, str | None, float]]:
    items = (await api.get(LEADS, params=query)).raise_for_status().json()["items"]
    return [(lead["model"], lead["since"], lead["until"], lead["score"]) for lead in items]


@pytest.mark.usefixtures("past")
async def test_leads_go_by_the_days_of_tests(api: httpx.AsyncClient) -> None:
    assert await led(api) == [
        ("lab/model", "2026-02-15", None, 80),
        ("lab/other", "2026-01-20", "2026-02-15", 60),
        ("lab/model", "2026-01-10", "2026-01-20", 50),
    ]
    assert await led(api, limit=1) == [("lab/model", "2026-02-15", None, 80)]
    assert await led(api, as_of="2026-01-25", limit=1) == [("lab/other", "2026-01-20", None, 60)]
    assert await led(api, order="asc") == [
        ("lab/other", "2026-02-15", None, 70),
        ("lab/model", "2026-01-10", "2026-02-15", 50),
    ]


async def test_leads_go_by_the_days_on_which_reports_and_retractions_came(
    api: httpx.AsyncClient, past: AsyncEngine
) -> None:
    known = [
        ("lab/model", "2026-03-04", None, 80),
        ("lab/other", "2026-03-02", "2026-03-04", 70),
        ("lab/model", "2026-03-01", "2026-03-02", 50),
    ]
    assert await led(api, as_of_by="known") == known
    assert await led(api, as_of_by="known", as_of="2026-03-01") == [("lab/model", "2026-03-01", None, 50)]
    wrong = await report(past, "2026-03-06", model="lab/other", score=99, date_tested="2026-03-01")
    await retract(past, "2026-03-08", wrong)
    assert await led(api, as_of_by="known", limit=2) == [
        ("lab/model", "2026-03-08", None, 80),
        ("lab/other", "2026-03-06", "2026-03-08", 99),
    ]
    assert (await led(api, as_of_by="known", as_of="2026-03-07"))[0][:3] == ("lab/other", "2026-03-06", None)


async def test_leads_are_of_the_models_and_results_that_are_chosen(
    api: httpx.AsyncClient, past: AsyncEngine
) -> None:
    await report(past, "2026-03-05", model="lab/other", score=5, date_tested="2026-02-21", metric="time")
    await report(past, "2026-03-05", model="lab/other", score=7, date_tested="2026-02-20", harness="helm")
    assert await led(api, harness="helm") == [("lab/other", "2026-02-20", None, 7)]
    assert await led(api, organization="nobody") == []
    unknown = await api.get("/v1/leads/nothing")
    assert unknown.status_code == httpx.codes.NOT_FOUND


@pytest.mark.usefixtures("past")
async def test_a_history_of_many_results_is_of_the_latest_and_says_so(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await api.get(LEADS)).json()["complete"] is True
    monkeypatch.setattr(leads, "MOST", 2)
    answer = (await api.get(LEADS)).json()
    assert answer["complete"] is False
    assert [lead["since"] for lead in answer["items"]] == ["2026-02-15", "2026-02-10"]
