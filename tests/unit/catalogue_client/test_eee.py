from datetime import date
from pathlib import Path

import pytest
from catalogue_client.items import UnreadableFileError
from support.harness import eee_record, eee_result, events, read, refused, skipped, write


def test_a_record_keeps_its_uncertainty_direction_and_evaluator(tmp_path: Path) -> None:
    [event] = events("eee", write(tmp_path / "record.json", eee_record()))

    del event["event_id"]
    assert event == {
        "type": "ResultReported",
        "model": "lab/small",
        "benchmark": "Quiz",
        "score": 0.25,
        "occurred_at": "2025-06-15T15:06:40Z",
        "date_tested": "2025-06-15",
        "source": "A board",
        "metric": "error_rate",
        "unit": "fraction",
        "higher_is_better": False,
        "stderr": 0.02,
        "ci_low": 0.21,
        "ci_high": 0.29,
        "ci_level": 0.95,
        "n": 400,
        "settings": {"dataset": "lab/quiz", "temperature": 0.0},
        "evaluator": "Boards Inc",
        "evaluator_relationship": "third_party",
        "harness": "inspect_ai",
        "source_url": "https://board.example/",
        "run_id": "board/lab_small/1",
    }


def test_the_time_of_retrieval_orders_but_is_no_date_of_a_test(tmp_path: Path) -> None:
    path = write(tmp_path / "record.json", eee_record(evaluation_timestamp=None))
    [undated], [dated] = events("eee", path), events("eee", path, date=date(2025, 1, 2))

    assert undated["occurred_at"] == "2025-10-09T08:53:20Z"
    assert "date_tested" not in undated
    assert dated["date_tested"] == "2025-01-02"


def test_units_are_named_as_the_catalogue_names_them(tmp_path: Path) -> None:
    units = []
    for unit in ("proportion", "percentage", "ms"):
        config = {"metric_name": "m", "metric_unit": unit, "lower_is_better": False}
        record = eee_record(evaluation_results=[eee_result(metric_config=config)])
        units += [event["unit"] for event in events("eee", write(tmp_path / "record.json", record))]

    assert units == ["fraction", "percent", "ms"]


def test_an_unknown_level_and_a_missing_score_are_skipped(tmp_path: Path) -> None:
    config = {"lower_is_better": False, "score_type": "levels", "has_unknown_level": True}
    unknown = eee_result(metric_config=config, score_details={"score": -1})
    missing = eee_result(score_details={})
    path = write(tmp_path / "record.json", eee_record(evaluation_results=[unknown, missing]))

    assert skipped("eee", path) == ["is at the level `unknown`", "has no score (null)"]


def test_a_served_name_of_three_parts_loses_its_route_to_the_settings(tmp_path: Path) -> None:
    record = eee_record(model_info={"id": "together/meta-llama/Llama-3.1-8B"})
    [event] = events("eee", write(tmp_path / "record.json", record))

    assert (event["model"], event["settings"]["provider"]) == ("meta-llama/Llama-3.1-8B", "together")


def test_a_local_path_is_refused(tmp_path: Path) -> None:
    record = eee_record(model_info={"id": "/mnt/models/x"})

    assert "--model" in refused("eee", write(tmp_path / "record.json", record))[0]


@pytest.mark.parametrize("version", ["0.2.0", "0.2.2", "0.3.0"])
def test_versions_0_2_and_0_3_are_read(tmp_path: Path, version: str) -> None:
    assert events("eee", write(tmp_path / "record.json", eee_record(schema_version=version)))


def test_another_version_is_named_with_those_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"schema 0\.4\.0; 0\.2 and 0\.3 are read"):
        read("eee", write(tmp_path / "record.json", eee_record(schema_version="0.4.0")))
