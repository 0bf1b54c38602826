import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from catalogue_messaging.failures import until_it_succeeds
from catalogue_schema.events import Reason, ResultReported
from catalogue_schema.examples import Example, load
from catalogue_schema.topics import RESULTS_REPORTED
from ingest_worker.results import RESULTS
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def result(score: float, hour: float = 0, **fields: Any) -> ResultReported:
    moment = NOON + timedelta(hours=hour)
    return ResultReported(
        **{"model": "lab/model", "benchmark": "MMLU", "date_tested": "2026-03-01", "occurred_at": moment}
        | {"score": score}
        | fields
    )


def numbered(number: int, **fields: Any) -> ResultReported:
    return result(number, event_id=UUID(int=number), **fields)


async def test_a_result_stands_with_all_that_it_said(engine: AsyncEngine, tables: Any) -> None:
    event = result(0.5, source="a paper")
    assert await write_events(engine, RESULTS, batch(event)) == []
    [row] = await tables.results()
    assert (row["event_id"], row["occurred_at"], row["score"]) == (event.event_id, NOON, 0.5)
    assert (str(row["date_tested"]), row["source"]) == ("2026-03-01", "a paper")


async def test_writing_a_batch_again_changes_nothing(engine: AsyncEngine, tables: Any) -> None:
    events = [result(1), result(2, benchmark="GSM8K"), result(3, date_tested=None)]
    await write_events(engine, RESULTS, batch(*events))
    before = await tables.results(), await tables.all("result_reports")
    await write_events(engine, RESULTS, batch(*events))
    await write_events(engine, RESULTS, batch(*reversed(events)))
    assert (await tables.results(), await tables.all("result_reports")) == before
    assert len(before[0]) == 3


@pytest.mark.parametrize("order", list(permutations([-1, 0, 1])))
async def test_the_later_occurred_at_wins_in_every_order_of_arrival(
    engine: AsyncEngine, tables: Any, order: tuple[int, ...]
) -> None:
    for hour in order:
        await write_events(engine, RESULTS, batch(result(hour, hour)))
    assert [row["score"] for row in await tables.results()] == [1]
    assert len(await tables.all("result_reports")) == 3, "the history has them all"


@pytest.mark.parametrize("order", list(permutations([-1, 0, 1])))
async def test_the_later_occurred_at_wins_within_a_batch(
    engine: AsyncEngine, tables: Any, order: tuple[int, ...]
) -> None:
    await write_events(engine, RESULTS, batch(*[result(hour, hour) for hour in order]))
    assert [row["score"] for row in await tables.results()] == [1]


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
async def test_of_two_at_the_same_moment_the_greater_event_id_wins(
    engine: AsyncEngine, tables: Any, order: tuple[int, ...]
) -> None:
    first, *others = order
    await write_events(engine, RESULTS, batch(numbered(first)))
    await write_events(engine, RESULTS, batch(*map(numbered, others)))
    assert [row["score"] for row in await tables.results()] == [3]


async def test_a_repeat_changes_nothing_after_its_row_was_replaced(engine: AsyncEngine, tables: Any) -> None:
    earlier, later = result(1, 0), result(2, 1)
    await write_events(engine, RESULTS, batch(earlier))
    await write_events(engine, RESULTS, batch(later))
    before = await tables.results()
    await write_events(engine, RESULTS, batch(earlier))
    assert await tables.results() == before
    assert [row["event_id"] for row in before] == [later.event_id]


async def test_a_replaced_row_keeps_its_id_and_moves_its_updated_at(engine: AsyncEngine, tables: Any) -> None:
    await write_events(engine, RESULTS, batch(result(1, 0)))
    [before] = await tables.results()
    await write_events(engine, RESULTS, batch(result(2, 1)))
    [after] = await tables.results()
    assert after["id"] == before["id"]
    assert after["updated_at"] > before["updated_at"]


async def test_results_without_a_date_compete_with_each_other_only(engine: AsyncEngine, tables: Any) -> None:
    await write_events(engine, RESULTS, batch(result(1, 0, date_tested=None), result(2, 0)))
    await write_events(engine, RESULTS, batch(result(3, 1, date_tested=None)))
    assert {row["date_tested"]: row["score"] for row in await tables.results()} == {
        None: 3,
        result(2).date_tested: 2,
    }


async def test_unknown_names_are_returned_and_the_rest_is_recorded(engine: AsyncEngine, tables: Any) -> None:
    events = [
        result(1),
        result(2, model="lab/nobody"),
        result(3, benchmark="NOPE"),
        result(4, model="Lab/Models"),
    ]
    failures = await write_events(engine, RESULTS, batch(*events))
    assert [failure.reason for failure in failures] == [
        Reason.UNKNOWN_MODEL,
        Reason.UNKNOWN_BENCHMARK,
        Reason.UNKNOWN_MODEL,
    ]
    assert "'lab/nobody'" in failures[0].detail
    assert [row["score"] for row in await tables.results()] == [1]


async def test_a_report_of_an_unknown_model_is_recorded_once_the_model_exists(
    engine: AsyncEngine, tables: Any
) -> None:
    event = result(1, model="lab/new")
    assert len(await write_events(engine, RESULTS, batch(event))) == 1
    await create_catalogue(engine, ["lab/new"], [])
    assert await write_events(engine, RESULTS, batch(event)) == []
    assert len(await tables.results()) == 1


async def test_workers_with_the_same_events_at_once_write_each_exactly_once(
    engine: AsyncEngine, tables: Any
) -> None:
    events = [result(number, number, date_tested=None) for number in range(200)]
    orders = [events, events[::-1], events[100:] + events[:100], events[::2] + events[1::2]]
    writes = [partial(write_events, engine, RESULTS, batch(*order)) for order in orders]
    await asyncio.gather(*[until_it_succeeds("test", write, lambda: None, 1) for write in writes])
    assert [row["score"] for row in await tables.results()] == [199]
    assert len(await tables.all("result_reports")) == 200


@pytest.mark.parametrize("score", [0.1, 1e308, -1e-308, 0.30000000000000004, -0.0])
async def test_a_score_stands_to_its_last_digit(engine: AsyncEngine, tables: Any, score: float) -> None:
    await write_events(engine, RESULTS, batch(result(score)))
    assert [row["score"] for row in await tables.results()] == [score]


async def test_names_are_data_not_sql(engine: AsyncEngine, tables: Any) -> None:
    odd = "x'); DROP TABLE models; --\\ \" ☃ $1 :names"
    await create_catalogue(engine, [odd], [])
    assert await write_events(engine, RESULTS, batch(result(1, model=odd, source="%s {}"))) == []
    assert [row["source"] for row in await tables.results()] == ["%s {}"]


@pytest.mark.parametrize("example", load(RESULTS_REPORTED), ids=lambda example: example.case)
async def test_every_golden_example_can_be_recorded(
    engine: AsyncEngine, tables: Any, example: Example
) -> None:
    event = ResultReported.model_validate_json(example.value)
    await create_catalogue(engine, {event.model} - {"lab/model"}, {event.benchmark} - {"MMLU", "GSM8K"})
    assert await write_events(engine, RESULTS, batch(event)) == []
    assert [row["event_id"] for row in await tables.results()] == [event.event_id]
