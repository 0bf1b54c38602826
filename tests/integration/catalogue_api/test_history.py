"""What was known, and what was tested, by a day."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from catalogue_schema.events import ResultReported, SubmissionRetracted
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.writing import write_events
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

JANUARY, FEBRUARY, MARCH = ("2026-01-31", "2026-02-28", "2026-03-31")
RANKING = "/v1/rankings/MMLU"


class Past:
    """Reports and retractions as they would stand had they come on other days."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def report(self, came: str, score: float, **fields: Any) -> UUID:
        usual = {"model": "lab/model", "benchmark": "MMLU", "date_tested": "2026-01-01"}
        moment = datetime.fromisoformat(f"{came}T12:00:00+00:00")
        producer = fields.pop("producer", None)
        event = ResultReported(**usual | {"score": score, "occurred_at": moment} | fields)
        await write_events(self._engine, RESULTS, batch(event, producer=producer))
        await self._came("result_reports", event.event_id, moment)
        return event.event_id

    async def retract(self, came: str, retracts: UUID) -> None:
        event = SubmissionRetracted(event_id=uuid4(), retracts=retracts, reason="contaminated")
        await write_events(self._engine, RETRACTIONS, batch(event))
        await self._came("retractions", event.event_id, datetime.fromisoformat(f"{came}T12:00:00+00:00"))

    async def _came(self, table: str, event_id: UUID, moment: datetime) -> None:
        async with self._engine.begin() as connection:
            statement = text(f"UPDATE {table} SET created_at = :moment WHERE event_id = :event_id")
            await connection.execute(statement, {"moment": moment, "event_id": event_id})


@pytest.fixture
async def past(engine: AsyncEngine) -> Past:
    await create_catalogue(engine)
    return Past(engine)


async def get(api: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = (await api.get(path, params=query)).raise_for_status().json()
    found: list[dict[str, Any]] = answer["items"]
    return found


async def scores(api: httpx.AsyncClient, path: str, **query: Any) -> list[float]:
    return [row["score"] for row in await get(api, path, **query)]


async def test_a_ranking_is_as_it_was_known_on_three_days(api: httpx.AsyncClient, past: Past) -> None:
    await past.report("2026-01-10", 1, settings={"shots": 5})
    second = await past.report("2026-02-10", 2, settings={"shots": 5})
    await past.report("2026-02-11", 9, model="lab/other", metric="f1")
    await past.retract("2026-03-10", second)

    known = {day: await scores(api, RANKING, as_of=day, metric="f1") for day in (JANUARY, FEBRUARY, MARCH)}
    assert known == {JANUARY: [1], FEBRUARY: [9, 2], MARCH: [9, 1]}
    assert await scores(api, RANKING, as_of="2026-01-09", metric="f1") == []
    assert await scores(api, RANKING) == known[MARCH]
    [first, then] = await get(api, RANKING, as_of=FEBRUARY)
    assert (then["event_id"], then["result_id"], then["claims"]) == (str(second), None, 1)
    assert first["result_id"] is not None


async def test_a_ranking_is_as_it_was_tested_by_three_days(api: httpx.AsyncClient, past: Past) -> None:
    await past.report("2026-05-01", 1, date_tested="2026-01-15")
    await past.report("2026-05-02", 2, date_tested="2026-02-15")
    await past.report("2026-05-03", 3, date_tested=None)
    tested = {day: await scores(api, RANKING, as_of=day, as_of_by="tested") for day in (JANUARY, MARCH)}
    assert tested == {JANUARY: [1], MARCH: [2]}
    assert await scores(api, RANKING, as_of="2026-01-14", as_of_by="tested") == []


async def test_results_and_a_models_page_are_as_of_a_day(api: httpx.AsyncClient, past: Past) -> None:
    await past.report("2026-01-10", 1)
    await past.report("2026-02-10", 2)
    await past.report("2026-02-11", 3, date_tested="2026-02-01", harness="helm")
    await past.report("2026-02-12", 4, model="lab/other")

    async def of_model(**query: Any) -> list[float]:
        page = (await api.get("/v1/models/lab/model", params=query)).raise_for_status().json()
        return [row["score"] for row in page["latest_results"]]

    assert await scores(api, "/v1/results", as_of=JANUARY) == [1]
    assert await scores(api, "/v1/results", as_of=MARCH) == [4, 3, 2]
    assert await scores(api, "/v1/results", as_of=MARCH, model="lab/model", date_to=JANUARY) == [2]
    assert await scores(api, "/v1/results", as_of=JANUARY, as_of_by="tested", model="lab/model") == [2]
    assert await of_model(as_of=JANUARY) == [1]
    assert await of_model(as_of=FEBRUARY) == await of_model() == [3, 2]
    assert await of_model(as_of=JANUARY, as_of_by="tested") == [2]
    [then] = await get(api, "/v1/results", as_of=JANUARY)
    assert (then["id"], then["model"], then["benchmark"]) == (None, "lab/model", "MMLU")


async def test_of_one_event_by_two_producers_one_stood(api: httpx.AsyncClient, past: Past) -> None:
    event_id = uuid4()
    for producer in (UUID(int=1), UUID(int=2), None):
        await past.report("2026-01-10", 1, producer=producer, event_id=event_id, benchmark="MMLU")
    await past.report("2026-01-10", 2, producer=UUID(int=1), event_id=uuid4(), benchmark="GSM8K")

    for query in ({}, {"as_of": JANUARY}, {"as_of": JANUARY, "as_of_by": "tested"}):
        [row] = await get(api, "/v1/results", benchmark="MMLU", **query)
        assert (row["event_id"], row["producer"]) == (str(event_id), str(UUID(int=2)))


async def test_results_of_a_day_come_in_pages(api: httpx.AsyncClient, past: Past) -> None:
    for day in range(1, 6):
        await past.report("2026-01-10", day, date_tested=date(2026, 1, day).isoformat())
    found: list[float] = []
    cursor: dict[str, str] = {}
    while True:
        query: dict[str, Any] = {"as_of": JANUARY, "limit": 2, **cursor}
        page = (await api.get("/v1/results", params=query)).raise_for_status().json()
        found += [row["score"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == [5, 4, 3, 2, 1]


async def test_what_came_by_the_end_of_the_day_in_utc_counts(api: httpx.AsyncClient, past: Past) -> None:
    event_id = await past.report("2026-01-10", 1)
    await past._came("result_reports", event_id, datetime(2026, 1, 10, 23, 59, 59, tzinfo=UTC))
    assert await scores(api, "/v1/results", as_of="2026-01-10") == [1]
    assert await scores(api, "/v1/results", as_of="2026-01-09") == []


async def claims(api: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    asked = {"model": "lab/model", "benchmark": "MMLU", **query}
    found: dict[str, Any] = (await api.get("/v1/claims", params=asked)).raise_for_status().json()
    return found


async def test_claims_stand_side_by_side_and_those_beyond_each_others_intervals_are_flagged(
    api: httpx.AsyncClient, past: Past
) -> None:
    said = {"metric": "accuracy", "unit": "percent"}
    maker = await past.report("2026-01-10", 90, **said, evaluator="lab", stderr=1)  # 88.04 to 91.96
    other = await past.report("2026-01-11", 80, **said, evaluator="us", ci_low=78, ci_high=82)
    await past.report("2026-01-12", 89, **said, evaluator="they")
    await past.report("2026-01-13", 10, **said, evaluator="they", settings={"shots": 5}, stderr=1)
    await past.report("2026-01-14", 0, metric="f1", stderr=0.1)

    found = await claims(api)
    assert len(found["items"]) == 5
    by_score = {claim["score"]: claim for claim in found["items"]}
    assert by_score[90]["disagrees_with"] == [str(other)] or str(other) in by_score[90]["disagrees_with"]
    assert str(maker) in by_score[80]["disagrees_with"]
    assert str(other) in by_score[89]["disagrees_with"], "a score outside of the other's interval"
    assert str(maker) not in by_score[89]["disagrees_with"]
    assert by_score[0]["disagrees_with"] == [], "another metric"
    assert (round(by_score[90]["low"], 2), by_score[80]["high"], by_score[89]["low"]) == (88.04, 82, None)
    assert [claim["score"] for claim in (await claims(api, evaluator="us"))["items"]] == [80]
    assert (await claims(api, as_of="2026-01-10"))["disagreements"] == 0
    none = await api.get("/v1/claims", params={"model": "lab/nobody", "benchmark": "MMLU"})
    assert none.status_code == httpx.codes.NOT_FOUND


async def test_claims_with_a_setting_that_both_say_otherwise_do_not_disagree(
    api: httpx.AsyncClient, past: Past
) -> None:
    await past.report("2026-01-10", 90, settings={"shots": 5, "effort": "high"}, stderr=1)
    await past.report("2026-01-11", 20, settings={"shots": 0}, stderr=1)
    assert (await claims(api))["disagreements"] == 0
    await past.report("2026-01-12", 50, settings={"shots": 5}, stderr=1)
    assert (await claims(api))["disagreements"] == 1
