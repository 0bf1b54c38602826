import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from catalogue_client.items import UnreadableFileError
from support.harness import events, inspect_log, read, refused, skipped, write


def test_a_standard_error_belongs_to_the_accuracy_beside_it(tmp_path: Path) -> None:
    [event] = events("inspect", write(tmp_path / "log.json", inspect_log()))

    del event["event_id"]
    assert event == {
        "type": "ResultReported",
        "model": "openai/gpt-4o-mini",
        "benchmark": "lab_evals/quiz",
        "score": 0.5,
        "occurred_at": "2025-07-04T01:30:00Z",
        "date_tested": "2025-07-04",
        "source": "inspect_ai",
        "metric": "accuracy",
        "unit": "fraction",
        "higher_is_better": True,
        "stderr": 0.1,
        "n": 20,
        "settings": {
            "provider": "azure",
            "temperature": 0.0,
            "limit": 20,
            "dataset": "lab/quiz",
            "scorer": "choice",
        },
        "harness": "inspect_ai",
        "harness_version": "0.3.108",
        "run_id": "abc",
    }


def test_n_is_what_was_scored_or_completed_and_not_the_dataset(tmp_path: Path) -> None:
    log = inspect_log()
    log["results"]["completed_samples"] = 19
    [completed] = events("inspect", write(tmp_path / "log.json", log))
    log["results"]["scores"][0]["scored_samples"] = 17
    [scored] = events("inspect", write(tmp_path / "log.json", log))

    assert (completed["n"], scored["n"]) == (19, 17)


def test_each_scorer_and_metric_is_a_result_and_only_means_have_the_standard_error(tmp_path: Path) -> None:
    log = inspect_log()
    metrics = {name: {"value": value} for name, value in {"mean": 3.5, "max": 5, "stderr": 0.2}.items()}
    log["results"]["scores"].append({"name": "essay", "scorer": "grader", "metrics": metrics})
    found = events("inspect", write(tmp_path / "log.json", log))

    told = [(event["settings"]["scorer"], event["metric"], event.get("stderr")) for event in found]
    assert told == [("choice", "accuracy", 0.1), ("grader", "mean", 0.2), ("grader", "max", None)]


def test_an_eval_archive_reads_as_the_json_log_does(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(inspect_log()))
        archive.writestr("samples/1_epoch_1.json", "{}")

    written = write(tmp_path / "log.json", inspect_log())
    assert events("inspect", tmp_path / "log.eval") == events("inspect", written)


def test_an_archive_of_a_run_that_did_not_end_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("_journal/start.json", "{}")

    with pytest.raises(UnreadableFileError, match=r"has no header\.json"):
        read("inspect", tmp_path / "log.eval")


@pytest.mark.parametrize("changes", [{"status": "error", "results": None}, {"invalidated": True}])
def test_a_run_that_failed_or_was_invalidated_is_skipped(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = write(tmp_path / "log.json", inspect_log(**changes))

    assert events("inspect", path) == []
    assert len(skipped("inspect", path)) == 1


def test_a_score_of_nothing_is_skipped(tmp_path: Path) -> None:
    log = inspect_log()
    log["results"]["scores"][0]["metrics"]["accuracy"]["value"] = float("nan")

    assert skipped("inspect", write(tmp_path / "log.json", log)) == ["is not a finite number (nan)"]


def test_a_path_is_neither_a_models_name_nor_told_as_the_dataset(tmp_path: Path) -> None:
    log = inspect_log()
    log["eval"] |= {"model": "/root/ckpt", "dataset": {"name": "/root/data/quiz.json"}}
    path = write(tmp_path / "log.json", log)

    assert "--model" in refused("inspect", path)[0]
    [event] = events("inspect", path, model="lab/small")
    assert "/root" not in json.dumps(event)


def test_another_version_is_named_with_the_one_that_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="version 3; version 2 is read"):
        read("inspect", write(tmp_path / "log.json", inspect_log(version=3)))
