"""A catalogue's own results are the events that they were."""

import json
from pathlib import Path

import pytest
from catalogue_client.items import UnreadableFileError
from support.harness import Json, events

ROW: Json = {
    "id": 12,
    "model_id": 3,
    "event_id": "018f0000-0000-7000-8000-000000000001",
    "model": "lab/small",
    "benchmark": "Quiz",
    "score": 0.25,
    "occurred_at": "2025-06-15T15:06:40Z",
    "date_tested": None,
    "settings": {"shots": 5},
    "reported": {"model": "Small"},
}


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_an_event_has_its_own_id_and_what_the_row_says(tmp_path: Path) -> None:
    [event] = events("catalogue", written(tmp_path / "results.ndjson", ROW))
    known = {
        name: ROW[name] for name in ("event_id", "model", "benchmark", "score", "occurred_at", "settings")
    }
    assert event == {"type": "ResultReported", **known}


@pytest.mark.parametrize(
    "row",
    [{"model": "a"}, [1], {**ROW, "event_id": "x"}, {**ROW, "occurred_at": None}, {**ROW, "date_tested": 1}],
)
def test_another_line_is_named(tmp_path: Path, row: object) -> None:
    with pytest.raises(UnreadableFileError, match=r"results\.ndjson: line 2: is no result of a catalogue"):
        events("catalogue", written(tmp_path / "results.ndjson", ROW, row))


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"
    path.write_text("model,score\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="line 1: is no JSON"):
        events("catalogue", path)
