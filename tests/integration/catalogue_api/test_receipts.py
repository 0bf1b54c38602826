"""What `GET /v1/events/{event_id}` says of each state that an event can be in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_schema.tables import (
    Benchmark,
    BenchmarkResult,
    DeadLetterRow,
    Model,
    Opinion,
    ResultReport,
    Retraction,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


async def add(engine: AsyncEngine, *rows: SQLModel) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add_all(rows)
        await session.commit()


@pytest.fixture
async def ids(engine: AsyncEngine) -> dict[str, Any]:
    model, benchmark = Model(name="lab/a", organization="lab"), Benchmark(name="b")
    await add(engine, model, benchmark)
    return {"model_id": model.id, "benchmark_id": benchmark.id}


def dead_letter(**fields: Any) -> DeadLetterRow:
    fields = {"reason": "unknown_model"} | fields
    return DeadLetterRow(
        detail="no model is named x",
        exception_class="UnknownModelError",
        topic="catalogue.opinions.classified.v1",
        partition=3,
        offset=42,
        **fields,
    )


async def test_an_event_that_is_not_known_is_unknown_for_now(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"/v1/events/{uuid4()}")

    assert answer.status_code == httpx.codes.OK
    assert answer.headers["Retry-After"] == "1"
    assert (answer.json()["status"], answer.json()["location"]) == ("unknown", None)


async def test_an_opinion_is_recorded_even_if_it_was_a_dead_letter_before(
    api: httpx.AsyncClient, engine: AsyncEngine, ids: dict[str, Any]
) -> None:
    event_id = uuid4()
    opinion = Opinion(model_id=ids["model_id"], content="x", event_id=event_id)
    await add(engine, opinion, dead_letter(event_id=event_id, status="replayed"))

    receipt = (await api.get(f"/v1/events/{event_id}")).json()
    assert receipt == {
        "event_id": str(event_id),
        "producer": None,
        "status": "recorded",
        "location": f"/v1/opinions/{opinion.id}",
        "superseded_by": None,
        "retracted_by": None,
        "reported": None,
        "dead_letter": None,
        "conflicts": [],
    }


async def test_what_was_retracted_says_by_which_event(
    api: httpx.AsyncClient, engine: AsyncEngine, ids: dict[str, Any]
) -> None:
    report = ResultReport(**ids, score=1, event_id=uuid4(), occurred_at=NOON)
    first, second = (
        Retraction(event_id=uuid4(), occurred_at=NOON, retracts=report.event_id, reason="Wrong")
        for _ in range(2)
    )
    await add(engine, report)
    await add(engine, first)
    await add(engine, second)

    receipt = (await api.get(f"/v1/events/{report.event_id}")).json()
    assert (receipt["status"], receipt["retracted_by"]) == ("retracted", str(first.event_id))
    receipt = (await api.get(f"/v1/events/{second.event_id}")).json()
    assert (receipt["status"], receipt["location"]) == ("recorded", f"/v1/retractions/{second.id}")
    assert (await api.get(receipt["location"])).json()["reason"] == "Wrong"
    assert (await api.get("/v1/retractions/99")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        ({}, "waiting"),
        ({"reason": "invalid"}, "dead_lettered"),
        ({"status": "replaying"}, "replaying"),
        ({"status": "replayed"}, "replaying"),
        ({"status": "discarded", "note": "spam"}, "discarded"),
    ],
)
async def test_a_dead_letter_says_why_and_where(
    api: httpx.AsyncClient, engine: AsyncEngine, letter: dict[str, Any], status: str
) -> None:
    event_id = uuid4()
    row = dead_letter(event_id=event_id, **letter)
    await add(engine, row)

    receipt = (await api.get(f"/v1/events/{event_id}")).json()
    assert (receipt["status"], receipt["location"]) == (status, None)
    assert receipt["dead_letter"] == {
        "id": row.id,
        "type": None,
        "reason": row.reason,
        "detail": "no model is named x",
        "topic": "catalogue.opinions.classified.v1",
        "partition": 3,
        "offset": 42,
        "status": row.status,
        "attempts": 1,
        "failed_at": row.failed_at.isoformat().replace("+00:00", "Z"),
        "note": row.note,
    }


async def test_an_id_that_came_with_other_content_says_both(
    api: httpx.AsyncClient, engine: AsyncEngine, ids: dict[str, Any]
) -> None:
    opinion = Opinion(model_id=ids["model_id"], content="x", event_id=uuid4())
    conflict = dead_letter(event_id=opinion.event_id, reason="event_id_conflict")
    await add(engine, opinion, conflict)

    receipt = (await api.get(f"/v1/events/{opinion.event_id}")).json()
    assert (receipt["status"], receipt["dead_letter"]) == ("recorded", None)
    assert [letter["id"] for letter in receipt["conflicts"]] == [conflict.id]


@pytest.mark.parametrize("tested", [None, date(2025, 1, 2)], ids=["no date", "a date"])
async def test_a_result_that_a_later_report_replaced_is_recorded_and_says_so(
    api: httpx.AsyncClient, engine: AsyncEngine, ids: dict[str, Any], tested: date | None
) -> None:
    earlier = ResultReport(**ids, score=1, date_tested=tested, event_id=uuid4(), occurred_at=NOON)
    later = ResultReport(
        **ids, score=2, date_tested=tested, event_id=uuid4(), occurred_at=NOON + timedelta(hours=1)
    )
    stands = BenchmarkResult(**ids, score=2, date_tested=tested, event_id=later.event_id)
    elsewhere = BenchmarkResult(**ids, score=3, date_tested=date(1999, 1, 1))
    await add(engine, earlier, later, stands, elsewhere)

    receipt = (await api.get(f"/v1/events/{earlier.event_id}")).json()
    assert (receipt["status"], receipt["location"]) == ("recorded", f"/v1/results/{stands.id}")
    assert receipt["superseded_by"] == str(later.event_id)
    receipt = (await api.get(f"/v1/events/{later.event_id}")).json()
    assert (receipt["status"], receipt["location"]) == ("recorded", f"/v1/results/{stands.id}")
    assert receipt["superseded_by"] is None


async def test_several_receipts_are_one_answer_in_the_order_of_the_ids(
    api: httpx.AsyncClient, engine: AsyncEngine, ids: dict[str, Any]
) -> None:
    opinion, unknown, failed, taken_back = (uuid4() for _ in range(4))
    await add(
        engine,
        Opinion(model_id=ids["model_id"], content="Good.", event_id=opinion),
        Opinion(model_id=ids["model_id"], content="Bad.", event_id=taken_back),
        dead_letter(event_id=failed),
        Retraction(event_id=uuid4(), retracts=taken_back, reason="Sent twice", occurred_at=NOON),
    )
    asked = [unknown, opinion, failed, taken_back, opinion]
    answer = await api.get("/v1/events", params={"ids": ",".join(map(str, asked))})
    told = [(item["event_id"], item["status"]) for item in answer.json()["items"]]
    assert told == [
        (str(unknown), "unknown"),
        (str(opinion), "recorded"),
        (str(failed), "waiting"),
        (str(taken_back), "retracted"),
    ]
    each = [(await api.get(f"/v1/events/{item['event_id']}")).json() for item in answer.json()["items"]]
    assert each == answer.json()["items"]


async def test_receipts_are_asked_for_by_ids(api: httpx.AsyncClient) -> None:
    for ids in ("", "no-uuid", ",".join(str(uuid4()) for _ in range(201))):
        answer = await api.get("/v1/events", params={"ids": ids})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert answer.json()["errors"][0]["pointer"].startswith("query:ids")
