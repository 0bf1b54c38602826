"""What is written for others: records of Every Eval Ever that its schema allows, and typed columns."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from catalogue_client.exports.eee import record_of
from catalogue_client.exports.parquet import schema_of
from jsonschema import Draft202012Validator
from support.harness import EEE_SCHEMA, events, write

SCHEMA = Draft202012Validator(EEE_SCHEMA)
Json = dict[str, Any]
MEASURES = ("metric", "unit", "higher_is_better", "stderr", "ci_low", "ci_high", "ci_level", "n", "settings",
            "evaluator", "evaluator_relationship", "harness", "harness_version", "source_url", "run_id",
            "source", "date_tested")  # fmt: skip
METRIC: Json = {"higher_is_better": False, "lowest": 0, "highest": 1, "unit": "fraction"}


def row(**said: Any) -> Json:
    known = {
        "event_id": "018f0000-0000-7000-8000-000000000001",
        "model": "lab/small",
        "benchmark": "Quiz",
        "score": 0.25,
        "occurred_at": "2025-06-15T15:06:40Z",
    }
    return dict.fromkeys(MEASURES) | known | said


FULL = row(
    metric="error_rate",
    unit="fraction",
    higher_is_better=False,
    stderr=0.02,
    ci_low=0.21,
    ci_high=0.29,
    ci_level=0.95,
    n=400,
    settings={"temperature": 0.5, "max_tokens": 100, "reasoning": True, "shots": 5, "effort": "high"},
    evaluator="Boards Inc",
    evaluator_relationship="third_party",
    harness="inspect_ai",
    harness_version="0.3",
    source_url="https://board.example/",
    run_id="board/1",
    source="A board",
    date_tested="2025-06-15",
)


@pytest.mark.parametrize(
    ("said", "metric"),
    [
        (FULL, METRIC),
        (FULL, None),
        (row(), None),
        (row(), METRIC),
        (row(unit="fraction"), METRIC),
        (row(settings={"temperature": "low", "max_tokens": 1.5, "reasoning": 1, "top_p": True}), None),
        (row(settings={"nothing": None, "yes": True}, ci_low=0.2, date_tested="2020-01-01"), METRIC),
    ],
)
def test_a_record_is_valid_by_the_schema(said: Json, metric: Json | None) -> None:
    errors = SCHEMA.iter_errors(record_of([(said, metric), (row(), None)]))
    assert [error.message for error in errors] == []


def test_the_schema_refuses_what_is_no_record() -> None:
    assert not SCHEMA.is_valid(record_of([(FULL, METRIC)]) | {"surprise": 1})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    [event] = events("eee", write(tmp_path / "record.json", record_of([(FULL, METRIC)])))
    lost = {"event_id", "source_url", "type"}
    kept = {name: value for name, value in event.items() if name not in lost}
    settings = {"temperature": 0.5, "max_tokens": 100, "reasoning": True, "shots": "5", "effort": "high"}
    run_id = "A board/lab/small/board/1/018f0000-0000-7000-8000-000000000001"
    assert kept == {name: value for name, value in FULL.items() if name not in lost} | {
        "settings": settings,
        "run_id": run_id,
    }


def test_a_lower_score_that_is_better_stays_so_where_only_the_metric_says_it() -> None:
    [result] = record_of([(row(metric="error_rate"), METRIC)])["evaluation_results"]
    assert result["metric_config"]["lower_is_better"] is True


def test_columns_have_the_types_of_the_document() -> None:
    properties = {
        "id": {"type": "integer"},
        "score": {"type": "number"},
        "ok": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        "day": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "at": {"type": "string", "format": "date-time"},
        "event_id": {"type": "string", "format": "uuid"},
        "settings": {"anyOf": [{"type": "object"}, {"type": "null"}]},
        "either": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    }
    page = {"properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}
    document = {
        "paths": {"/v1/things": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": {"Item": {"properties": properties}, "Page": page}},
    }
    assert {field.name: field.type for field in schema_of(document, "/v1/things")} == {
        "id": pa.int64(),
        "score": pa.float64(),
        "ok": pa.bool_(),
        "day": pa.date32(),
        "at": pa.timestamp("us", "UTC"),
        "event_id": pa.string(),
        "settings": pa.string(),
        "either": pa.string(),
    }
