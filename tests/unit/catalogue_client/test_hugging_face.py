from pathlib import Path

import pytest
from catalogue_client.items import UnreadableFileError
from support.harness import events, gathered, read, refused, skipped, write

EVAL_RESULTS = """\
- dataset: {id: cais/hle, task_id: default, revision: abc}
  value: 20.90
  date: 2025-01-15
  source: {url: https://huggingface.co/spaces/x/traces, name: Traces, user: someone}
  verifyToken: secret-token
  notes: no-tools
- dataset: {id: Idavidrein/gpqa, task_id: gpqa_diamond}
  value: 0.412
"""
CARD = """\
---
license: mit
model-index:
- name: small
  results:
  - task: {type: text-generation}
    dataset:
      {type: ai2_arc, name: ARC (25-shot), config: ARC-Challenge, split: test, args: {num_few_shot: 25}}
    metrics:
    - {type: acc_norm, value: 64.59, name: normalized accuracy}
    - {type: acc, value: "N/A"}
    source: {name: A board, url: https://board.example/}
---

# small

---
model-index: no front matter any more
---
"""


def test_eval_results_name_the_dataset_the_task_and_the_source(tmp_path: Path) -> None:
    path = write(tmp_path / ".eval_results/hle.yaml", EVAL_RESULTS)
    first, second = events("hf-eval-results", path, model="lab/small")

    del first["event_id"]
    assert first == {
        "type": "ResultReported",
        "model": "lab/small",
        "benchmark": "cais/hle",
        "score": 20.9,
        "occurred_at": "2025-01-15T00:00:00Z",
        "date_tested": "2025-01-15",
        "source": "huggingface.co",
        "settings": {"notes": "no-tools", "dataset_revision": "abc"},
        "evaluator": "someone",
        "source_url": "https://huggingface.co/spaces/x/traces",
    }
    assert (second["benchmark"], second["score"]) == ("Idavidrein/gpqa:gpqa_diamond", 0.412)


def test_whose_results_they_are_has_to_be_said_or_stand_in_the_cache(tmp_path: Path) -> None:
    path = write(tmp_path / ".eval_results/hle.yaml", EVAL_RESULTS)
    cached = tmp_path / "models--lab--small/snapshots/1a2b/.eval_results/hle.yaml"

    assert "--model" in refused("hf-eval-results", path)[0]
    assert events("hf-eval-results", write(cached, EVAL_RESULTS))[0]["model"] == "lab/small"


def test_eval_results_are_found_in_a_repository_and_in_their_folder(tmp_path: Path) -> None:
    write(tmp_path / ".eval_results/hle.yaml", EVAL_RESULTS)
    write(tmp_path / "config.yaml", "a: 1")

    for folder in (tmp_path, tmp_path / ".eval_results"):
        assert len(gathered("hf-eval-results", folder, model="lab/small").found) == 2


@pytest.mark.parametrize("content", ["a: [", "- value: 1", "just text", "- dataset: {id: a}\n  value: 2"])
def test_other_yaml_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"x\.yaml: "):
        read("hf-eval-results", write(tmp_path / "x.yaml", content), model="lab/small")


def test_yaml_cannot_make_python_objects(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="is no YAML"):
        read("hf-eval-results", write(tmp_path / "x.yaml", "!!python/object/apply:os.getcwd []"))


def test_a_model_index_names_the_dataset_and_its_subset_and_how_it_was_asked(tmp_path: Path) -> None:
    [event] = events("model-index", write(tmp_path / "README.md", CARD), model="lab/small")

    del event["event_id"]
    assert event == {
        "type": "ResultReported",
        "model": "lab/small",
        "benchmark": "ai2_arc:ARC-Challenge",
        "score": 64.59,
        "occurred_at": "1970-01-01T00:00:00Z",
        "source": "A board",
        "metric": "acc_norm",
        "settings": {
            "task": "text-generation",
            "dataset_name": "ARC (25-shot)",
            "split": "test",
            "num_few_shot": 25,
            "metric_name": "normalized accuracy",
        },
        "source_url": "https://board.example/",
    }


def test_a_model_index_has_the_name_of_its_card_where_no_other_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "README.md", CARD)

    assert events("model-index", path)[0]["model"] == "small"
    assert skipped("model-index", path) == ["'N/A' is not a number"]


@pytest.mark.parametrize(
    "content", ["# No front matter", "---\nlicense: mit\n---\n", "---\nmodel-index: [\n---\n"]
)
def test_a_card_without_a_model_index_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"README\.md: "):
        read("model-index", write(tmp_path / "README.md", content))


def test_two_models_are_not_joined_by_one_name(tmp_path: Path) -> None:
    write(tmp_path / "a/README.md", CARD)
    write(tmp_path / "b/README.md", CARD.replace("name: small", "name: large"))

    with pytest.raises(UnreadableFileError, match="would join 2 models: large, small"):
        gathered("model-index", tmp_path, model="lab/small")
