import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from catalogue_client.events import ResultReported
from catalogue_client.formats import FORMATS
from catalogue_client.items import UnreadableFileError
from catalogue_client.names import model_name
from support.harness import eee_record, eee_result, events, gathered, inspect_log, lm_eval_results, write

RESULT = ResultReported(model="lab/small", benchmark="Quiz", score=0.5, metric="acc", settings={"shots": 5})


def reversed_objects(value: object) -> object:
    """The same JSON, with the fields of each object and all lists the other way round."""
    if isinstance(value, dict):
        return {key: reversed_objects(value[key]) for key in reversed(value)}
    return [reversed_objects(each) for each in reversed(value)] if isinstance(value, list) else value


def test_an_id_is_the_same_wherever_a_result_stands_in_its_file(tmp_path: Path) -> None:
    record = eee_record(evaluation_results=[eee_result(), eee_result(evaluation_name="Other")])
    for form, content in (("lm-eval", lm_eval_results()), ("inspect", inspect_log()), ("eee", record)):
        plain = events(form, write(tmp_path / "a.json", content))
        turned = events(form, write(tmp_path / "b.json", reversed_objects(content)))

        assert len(plain) == len({event["event_id"] for event in plain})
        by_id = {event["event_id"]: event for event in turned}
        assert {event["event_id"]: event for event in plain} == by_id


def test_ids_of_results_that_are_recorded_already_never_change() -> None:
    assert RESULT.event_id == UUID("3bbd5380-3557-5a74-a6b8-a49abbbf8d3e")


def test_an_id_does_not_depend_on_what_was_measured() -> None:
    again = ResultReported(
        model="lab/small", benchmark="Quiz", score=0.7, metric="acc", settings={"shots": 5}, stderr=0.1, n=10
    )
    assert again.event_id == RESULT.event_id


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "lab/large"},
        {"metric": "acc_norm"},
        {"settings": {"shots": 0}},
        {"date_tested": date(2025, 1, 1)},
        {"occurred_at": datetime(2025, 1, 1, tzinfo=UTC)},
        {"run_id": "x"},
        {"harness_version": "1"},
        {"evaluator": "x"},
    ],
)
def test_another_measurement_has_another_id(changes: dict[str, object]) -> None:
    fields = {
        "model": "lab/small",
        "benchmark": "Quiz",
        "score": 0.5,
        "metric": "acc",
        "settings": {"shots": 5},
    }
    assert ResultReported(**fields | changes).event_id != RESULT.event_id  # type: ignore[arg-type]


def test_half_of_a_surrogate_pair_in_a_file_ends_nothing(tmp_path: Path) -> None:
    content = json.dumps(lm_eval_results(model_name="lab/\ud800"))
    [event, _] = events("lm-eval", write(tmp_path / "results.json", content))

    assert json.loads(json.dumps(event))["model"] == "lab/\ud800"


def test_a_result_that_is_in_two_files_is_sent_once(tmp_path: Path) -> None:
    write(tmp_path / "results_a.json", lm_eval_results())
    write(tmp_path / "copy/results_b.json", lm_eval_results())
    found = gathered("lm-eval", tmp_path)

    assert (len(found.found), found.repeated) == (2, 2)


def test_one_measurement_with_two_values_is_refused(tmp_path: Path) -> None:
    other = eee_result(score_details={"score": 0.3})
    path = write(tmp_path / "record.json", eee_record(evaluation_results=[eee_result(), other]))
    found = gathered("eee", path)

    assert [each.event.score for each in found.found] == [0.25]
    assert "with another value" in found.refused[0].reason


def test_a_walk_passes_over_files_of_other_formats_and_tells(tmp_path: Path) -> None:
    write(tmp_path / "record.json", eee_record())
    write(tmp_path / "eval.schema.json", {"type": "object"})
    found = gathered("eee", tmp_path)

    assert len(found.found) == 1
    assert [Path(each.place).name for each in found.skipped] == ["eval.schema.json"]


def test_a_walk_does_not_pass_over_another_version(tmp_path: Path) -> None:
    write(tmp_path / "record.json", eee_record(schema_version="9.0.0"))

    with pytest.raises(UnreadableFileError, match=r"9\.0\.0"):
        gathered("eee", tmp_path)


def test_a_folder_without_such_files_and_no_file_at_all_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"holds no file named results\*\.json"):
        gathered("lm-eval", tmp_path)
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        gathered("lm-eval", tmp_path / "missing")


def test_one_name_is_not_given_to_results_of_several_models(tmp_path: Path) -> None:
    write(tmp_path / "results_a.json", lm_eval_results(model_name="./a"))
    write(tmp_path / "results_b.json", lm_eval_results(model_name="./b"))

    with pytest.raises(UnreadableFileError, match=r"would join 2 models: \./a, \./b"):
        gathered("lm-eval", tmp_path, model="lab/small")


@pytest.mark.parametrize(
    ("raw", "name", "settings"),
    [
        ("openai/azure/gpt-4o-mini", "openai/gpt-4o-mini", {"provider": "azure"}),
        ("openrouter/openai/gpt-4o", "openai/gpt-4o", {"provider": "openrouter"}),
        ("lab/family/model", "lab/family/model", {}),
        ("openai/gpt-4o", "openai/gpt-4o", {}),
        ("a//b", "a//b", {}),
    ],
)
def test_a_name_of_three_parts_loses_only_a_route_that_is_known(
    raw: str, name: str, settings: dict[str, str]
) -> None:
    found = model_name(raw)
    assert (found.name, found.settings) == (name, settings)


def test_every_format_says_what_it_reads() -> None:
    assert all(form.summary and form.patterns for form in FORMATS.values())


def test_the_guide_knows_every_format() -> None:
    guide = (Path(__file__).parents[3] / "docs/importing.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in guide] == []
