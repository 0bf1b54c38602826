from datetime import date
from pathlib import Path
from typing import Any

import pytest
from catalogue_client.items import UnreadableFileError
from support.harness import events, lm_eval_results, read, refused, skipped, write


def test_a_metric_comes_with_its_direction_sample_size_and_standard_error(tmp_path: Path) -> None:
    [accuracy, _] = events("lm-eval", write(tmp_path / "results.json", lm_eval_results()))

    del accuracy["event_id"]
    assert accuracy == {
        "type": "ResultReported",
        "model": "lab/small",
        "benchmark": "arc_easy",
        "score": 0.61,
        "occurred_at": "2025-01-16T04:00:00.250000Z",
        "date_tested": "2025-01-16",
        "source": "lm-evaluation-harness",
        "metric": "acc",
        "unit": "fraction",
        "higher_is_better": True,
        "stderr": 0.01,
        "n": 100,
        "settings": {
            "limit": 100.0,
            "backend": "hf",
            "num_fewshot": 5,
            "task_version": 1.0,
            "subset": "ARC-Easy",
        },
        "harness": "lm-evaluation-harness",
        "harness_version": "0.4.9",
    }


def test_an_alias_is_no_metric_and_a_standard_error_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    found = events("lm-eval", write(tmp_path / "results.json", lm_eval_results()))

    assert [event["metric"] for event in found] == ["acc", "acc_norm"]
    assert "stderr" not in found[1]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "is not a finite number (nan)"),
        (float("inf"), "is not a finite number (inf)"),
        ("N/A", "'N/A' is not a number"),
        ("", "has no score (empty)"),
        (None, "has no score (null)"),
        (True, "is true or false, not a score"),
        ([0.5], "is a list, not a score"),
    ],
)
def test_what_is_no_score_is_skipped_and_told(tmp_path: Path, value: object, reason: str) -> None:
    results = lm_eval_results(results={"arc_easy": {"acc,none": value, "acc_norm,none": 0.5}})
    path = write(tmp_path / "results.json", results)

    assert [event["metric"] for event in events("lm-eval", path)] == ["acc_norm"]
    assert skipped("lm-eval", path) == [reason]


def test_filters_of_one_metric_are_settings(tmp_path: Path) -> None:
    results = {"gsm8k": {"exact_match,strict-match": 0.4, "exact_match,flexible-extract": 0.5}}
    found = events("lm-eval", write(tmp_path / "results.json", lm_eval_results(results=results)))

    assert [(event["metric"], event["settings"]["filter"]) for event in found] == [
        ("exact_match", "strict-match"),
        ("exact_match", "flexible-extract"),
    ]
    assert found[0]["event_id"] != found[1]["event_id"]


def test_a_groups_heading_without_metrics_is_skipped(tmp_path: Path) -> None:
    results = {"mmlu": {" ": " ", "alias": "mmlu"}, "mmlu_law": {"acc,none": 0.3}}
    path = write(tmp_path / "results.json", lm_eval_results(results=results))

    assert [event["benchmark"] for event in events("lm-eval", path)] == ["mmlu_law"]
    assert skipped("lm-eval", path) == ["is the heading of a group, with no metrics of its own"]


def test_how_the_model_generated_is_among_the_settings_and_lists_are_not(tmp_path: Path) -> None:
    generation = {"until": ["\n"], "temperature": 0.0, "do_sample": False}
    configs = {"arc_easy": {"generation_kwargs": generation}}
    [event, _] = events("lm-eval", write(tmp_path / "results.json", lm_eval_results(configs=configs)))

    assert event["settings"]["temperature"] == 0.0
    assert event["settings"]["do_sample"] is False
    assert "until" not in event["settings"]


@pytest.mark.parametrize("path", ["/home/x/ckpt", "./out", "../out", "~/m", "C:\\models\\m", "D:/m", "."])
def test_a_local_path_is_refused_with_advice_until_a_model_is_named(tmp_path: Path, path: str) -> None:
    file = write(tmp_path / "results.json", lm_eval_results(model_name=path))

    [reason] = refused("lm-eval", file)
    assert "local path" in reason
    assert "--model" in reason
    assert events("lm-eval", file) == []
    assert {event["model"] for event in events("lm-eval", file, model="lab/small")} == {"lab/small"}


def test_a_file_that_names_no_model_is_refused_with_advice(tmp_path: Path) -> None:
    config = {"model": "hf", "model_args": ""}
    file = write(tmp_path / "results.json", lm_eval_results(model_name="", config=config))

    assert refused("lm-eval", file) == ["names no model: say which with --model NAME"]


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ("pretrained=lab/base,peft=lab/adapter", "lab/adapter"),
        ("model=gpt-4o,base_url=http://x", "gpt-4o"),
        ({"pretrained": "lab/base"}, "lab/base"),
    ],
)
def test_a_model_that_is_not_named_is_found_in_its_arguments(
    tmp_path: Path, arguments: Any, model: str
) -> None:
    config = {"model": "hf", "model_args": arguments}
    file = write(tmp_path / "results.json", lm_eval_results(model_name=None, config=config))

    assert {event["model"] for event in events("lm-eval", file)} == {model}


def test_a_file_without_a_date_takes_it_from_the_option_else_none(tmp_path: Path) -> None:
    file = write(tmp_path / "results.json", lm_eval_results(date=None))
    undated, dated = events("lm-eval", file)[0], events("lm-eval", file, date=date(2025, 2, 3))[0]
    assert undated["occurred_at"] == "1970-01-01T00:00:00Z"
    assert "date_tested" not in undated
    assert (dated["occurred_at"], dated["date_tested"]) == ("2025-02-03T00:00:00Z", "2025-02-03")


def test_another_version_is_named_with_the_one_that_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "results.json", lm_eval_results(lm_eval_version="0.5.0"))

    with pytest.raises(UnreadableFileError, match=r"results\.json: .*0\.5\.0; 0\.4 is read"):
        read("lm-eval", file)


def test_results_from_before_version_0_4_are_told_by_their_metrics(tmp_path: Path) -> None:
    old = lm_eval_results(results={"arc_easy": {"acc": 0.5, "acc_stderr": 0.1}}, lm_eval_version=None)

    with pytest.raises(UnreadableFileError, match=r"before lm-evaluation-harness 0\.4"):
        read("lm-eval", write(tmp_path / "results.json", old))


@pytest.mark.parametrize("content", ["{", "[]", '{"results": {}}', "\x00"])
def test_a_file_of_another_format_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"results\.json: "):
        read("lm-eval", write(tmp_path / "results.json", content))
