from datetime import date
from pathlib import Path

import pytest
from catalogue_client.items import UnreadableFileError
from support.harness import events, gathered, helm_run, helm_stat, read, refused, skipped, write

TYPOS = {"name": "typos", "robustness": True, "fairness": False, "computed_on": "worst"}


def test_a_metric_of_a_split_comes_with_its_instances_and_the_date_that_was_given(tmp_path: Path) -> None:
    run = helm_run(tmp_path, [helm_stat("exact_match", 0.4), helm_stat("num_instances", 9.0)])
    [event] = events("helm", run, date=date(2024, 5, 1))

    del event["event_id"]
    assert event == {
        "type": "ResultReported",
        "model": "lab/small",
        "benchmark": "mmlu:subject=law",
        "score": 0.4,
        "occurred_at": "2024-05-01T00:00:00Z",
        "date_tested": "2024-05-01",
        "source": "helm",
        "metric": "exact_match",
        "unit": "fraction",
        "higher_is_better": True,
        "n": 9,
        "settings": {"method": "multiple_choice_joint", "temperature": 0.0, "split": "test"},
        "harness": "helm",
        "run_id": "mmlu:subject=law,model=lab_small",
    }


def test_a_perturbation_is_a_setting_and_not_another_metric(tmp_path: Path) -> None:
    run = helm_run(tmp_path, [helm_stat("exact_match", 0.4), helm_stat("exact_match", 0.3, TYPOS)])
    plain, perturbed = events("helm", run)

    assert plain["metric"] == perturbed["metric"] == "exact_match"
    assert "perturbation" not in plain["settings"]
    assert perturbed["settings"]["perturbation"] == "typos"
    assert perturbed["settings"]["perturbation_computed_on"] == "worst"
    assert plain["event_id"] != perturbed["event_id"]


def test_the_unperturbed_score_counts_once(tmp_path: Path) -> None:
    on_original = TYPOS | {"computed_on": "original"}
    run = helm_run(
        tmp_path / "a", [helm_stat("exact_match", 0.4), helm_stat("exact_match", 0.4, on_original)]
    )
    nothing_applied = helm_run(
        tmp_path / "b",
        [helm_stat("exact_match", 0.4), helm_stat("exact_match", 0.4, TYPOS)],
        data_augmenter_spec={"perturbation_specs": []},
    )

    assert len(events("helm", run)) == len(events("helm", nothing_applied)) == 1
    assert "unperturbed" in skipped("helm", run)[0]
    assert "unperturbed" in skipped("helm", nothing_applied)[0]


def test_bookkeeping_is_no_metric_and_log_probabilities_only_of_language_modelling(tmp_path: Path) -> None:
    stats = [helm_stat(name, 1.0) for name in ("num_bytes", "inference_runtime", "bits_per_byte", "rouge_l")]
    chosen = helm_run(tmp_path / "a", stats)
    modelling = helm_run(
        tmp_path / "b", stats, adapter_spec={"method": "language_modeling", "model": "lab/small"}
    )

    assert [event["metric"] for event in events("helm", chosen)] == ["rouge_l"]
    assert [event["metric"] for event in events("helm", modelling)] == ["bits_per_byte", "rouge_l"]


def test_a_statistic_of_nothing_is_skipped(tmp_path: Path) -> None:
    assert skipped("helm", helm_run(tmp_path, [helm_stat("f1_score", None)])) == ["has no score (null)"]


def test_a_run_is_found_by_its_folder_or_either_file_and_read_once(tmp_path: Path) -> None:
    run = helm_run(tmp_path / "runs/one", [helm_stat("exact_match", 0.4)])

    for path in (tmp_path, run, run / "stats.json", run / "run_spec.json"):
        assert len(gathered("helm", path).found) == 1


@pytest.mark.parametrize("missing", ["stats.json", "run_spec.json"])
def test_half_a_run_is_an_error_that_names_the_other_file(tmp_path: Path, missing: str) -> None:
    run = helm_run(tmp_path, [helm_stat("exact_match", 0.4)])
    (run / missing).unlink()

    with pytest.raises(UnreadableFileError, match=f"{missing} is missing"):
        gathered("helm", run)


def test_a_local_path_is_refused(tmp_path: Path) -> None:
    run = helm_run(tmp_path, [helm_stat("exact_match", 0.4)], adapter_spec={"model": "./ckpt"})

    assert "--model" in refused("helm", run)[0]


def test_other_files_of_these_names_are_an_error(tmp_path: Path) -> None:
    write(tmp_path / "stats.json", {"a": 1})
    write(tmp_path / "run_spec.json", {"name": "x"})

    with pytest.raises(UnreadableFileError, match="is no run of HELM"):
        read("helm", tmp_path)
