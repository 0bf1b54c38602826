"""What a result says of its score: which results stand side by side, and which metric each is of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from catalogue_messaging.failures import Failure
from catalogue_schema.events import Reason, ResultReported, SubmissionRetracted
from catalogue_schema.tables.measures import MEASURES
from ingest_worker.results import RESULTS
from ingest_worker.retractions import RETRACTIONS
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
WHOLE: dict[str, Any] = {
    "metric": "accuracy",
    "unit": "fraction",
    "higher_is_better": True,
    "stderr": 0.01,
    "ci_low": 0.4,
    "ci_high": 0.6,
    "ci_level": 0.95,
    "n": 500,
    "settings": {"effort": "high", "shots": 5, "thinking": True},
    "evaluator": "us",
    "evaluator_relationship": "third_party",
    "harness": "lm-eval",
    "harness_version": "0.4.9",
    "source_url": "https://example.org/",
    "run_id": "r-1",
}


def result(score: float, hour: float = 0, **fields: Any) -> ResultReported:
    usual = {"model": "lab/model", "benchmark": "MMLU", "date_tested": "2026-03-01"}
    return ResultReported(**usual | {"occurred_at": NOON + timedelta(hours=hour), "score": score} | fields)


async def write(engine: AsyncEngine, *events: ResultReported) -> list[Failure]:
    return await write_events(engine, RESULTS, batch(*events))


async def scores(tables: Any) -> list[float]:
    return sorted(row["score"] for row in await tables.results())


def test_the_tables_keep_every_field_that_an_event_has() -> None:
    kept = {"event_id", "occurred_at", "model", "benchmark", "score", "date_tested", "source", *MEASURES}
    assert kept == set(ResultReported.model_fields)
    assert set(WHOLE) == set(MEASURES)


async def test_a_result_stands_with_all_that_was_measured(engine: AsyncEngine, tables: Any) -> None:
    assert await write(engine, result(0.5, **WHOLE)) == []
    [stands], [report] = await tables.results(), await tables.all("result_reports")
    for row in (stands, report):
        assert {name: row[name] for name in MEASURES} == WHOLE
    assert stands["variant"] == report["variant"] is not None


@pytest.mark.parametrize(
    "differs",
    [
        {"metric": "f1"},
        {"settings": {"shots": 0}},
        {"harness": "helm"},
        {"evaluator": "them"},
        {"settings": {}},
    ],
)
async def test_another_metric_setting_harness_or_evaluator_stands_beside(
    engine: AsyncEngine, tables: Any, differs: dict[str, Any]
) -> None:
    await write(engine, result(0.1, **WHOLE), result(0.2, **WHOLE | differs))
    await write(engine, result(0.3, 1, **WHOLE))
    assert await scores(tables) == [0.2, 0.3]


async def test_a_result_without_any_replaces_one_without_any_alone(engine: AsyncEngine, tables: Any) -> None:
    await write(engine, result(0.1, **WHOLE), result(0.2))
    await write(engine, result(0.3, 1), result(0.4, 2, n=7, source_url="https://example.org/2", settings={}))
    assert await scores(tables) == [0.1, 0.4]


async def test_settings_in_another_order_are_the_same(engine: AsyncEngine, tables: Any) -> None:
    turned = dict(reversed(WHOLE["settings"].items())) | {"shots": 5.0}
    first = result(0.1, **WHOLE)
    again = result(0.1, **WHOLE | {"settings": turned}, event_id=first.event_id)
    assert await write(engine, first, again, result(0.2, 1, **WHOLE | {"settings": turned})) == []
    assert await scores(tables) == [0.2]


async def test_a_metric_that_is_not_known_is_added_and_the_first_ranks(
    engine: AsyncEngine, tables: Any
) -> None:
    await write(
        engine,
        result(3.5, metric="wall time", unit="seconds", higher_is_better=False),
        result(0.1, metric="accuracy", unit="fraction"),
    )
    await write(engine, result(4.5, metric="wall time"), result(0.5, metric="f1", benchmark="GSM8K"))
    found = [
        (row["name"], row["unit"], row["higher_is_better"], row["ranks"])
        for row in await tables.all("benchmark_metrics")
    ]
    assert sorted(found) == [
        ("accuracy", "fraction", True, False),
        ("f1", None, True, True),
        ("wall time", "seconds", False, True),
    ]


async def test_percent_and_fraction_are_converted_to_what_the_metric_is_in(
    engine: AsyncEngine, tables: Any
) -> None:
    measured: dict[str, Any] = {"metric": "accuracy", "stderr": 1.2, "ci_low": 86.5, "ci_high": 91.0}
    await write(engine, result(0.5, **WHOLE), result(88.7, unit="percent", **measured))
    row = next(row for row in await tables.results() if row["score"] != 0.5)
    assert [row[name] for name in ("score", "unit", "stderr", "ci_low", "ci_high")] == [
        0.887,
        "fraction",
        0.012,
        0.865,
        0.91,
    ]
    assert row["reported"] == {"score": 88.7, "unit": "percent"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"score": 88.7, "metric": "accuracy"}, "/score 88.7 is out of the range of 'accuracy', from 0 to 1"),
        ({"score": 88.7}, "/score 88.7 is out of the range of 'accuracy'"),  # what ranks, where none is said
        ({"score": 188.7, "unit": "percent"}, "/score 188.7 is out of the range"),
        ({"score": 0.5, "metric": "accuracy", "unit": "usd"}, "/unit 'usd' is not 'fraction'"),
    ],
)
async def test_a_score_that_cannot_be_is_a_dead_letter_that_says_why(
    engine: AsyncEngine, tables: Any, fields: dict[str, Any], says: str
) -> None:
    await write(engine, result(0.5, **WHOLE))
    await tables.execute("UPDATE benchmark_metrics SET lowest = 0, highest = 1")
    good = result(0.6, 1, metric="accuracy")
    [failure] = await write(engine, result(**fields), good)
    assert failure.reason is Reason.OUT_OF_RANGE
    assert says in failure.detail
    assert "replay" in failure.detail
    assert await scores(tables) == [0.5, 0.6]


async def test_a_retraction_lets_the_earlier_of_the_same_variant_stand_again(
    engine: AsyncEngine, tables: Any
) -> None:
    first, second = result(0.1, **WHOLE), result(0.2, 2, **WHOLE | {"run_id": "r-2"})
    await write(engine, first, result(0.3, 1), second)
    retraction = SubmissionRetracted(retracts=second.event_id, reason="contaminated")
    await write_events(engine, RETRACTIONS, batch(retraction))
    assert await scores(tables) == [0.1, 0.3]
    [stands] = [row for row in await tables.results() if row["metric"]]
    assert (stands["event_id"], stands["run_id"]) == (first.event_id, "r-1")
