from pathlib import Path
from typing import Any

import pytest
from catalogue_client.formats.aider import split_name
from catalogue_client.items import UnreadableFileError
from support.harness import events, read, skipped, write

RUN = """\
- dirname: 2025-08-23--gpt-5-high
  test_cases: 225
  model: gpt-5 (high)
  edit_format: diff
  pass_rate_1: 52.0
  pass_rate_2: 88.0
  reasoning_effort: high
  command: aider --model openai/gpt-5
  date: 2025-08-23
  versions: 0.86.2.dev
  total_cost: 29.0829
"""


def test_a_run_is_two_pass_rates_and_a_cost_with_its_settings(tmp_path: Path) -> None:
    first, second, cost = events("aider", write(tmp_path / "polyglot_leaderboard.yml", RUN))

    del second["event_id"]
    assert second == {
        "type": "ResultReported",
        "model": "gpt-5",
        "benchmark": "Aider polyglot",
        "score": 88.0,
        "occurred_at": "2025-08-23T00:00:00Z",
        "date_tested": "2025-08-23",
        "source": "https://aider.chat/docs/leaderboards/",
        "metric": "pass_rate_2",
        "unit": "percent",
        "higher_is_better": True,
        "n": 225,
        "settings": {
            "edit_format": "diff",
            "reasoning_effort": "high",
            "command": "aider --model openai/gpt-5",
        },
        "evaluator": "Aider",
        "evaluator_relationship": "third_party",
        "harness": "aider",
        "harness_version": "0.86.2.dev",
        "source_url": "https://aider.chat/docs/leaderboards/",
        "run_id": "2025-08-23--gpt-5-high",
    }
    assert (first["metric"], first["score"]) == ("pass_rate_1", 52.0)
    assert (cost["metric"], cost["unit"], cost["higher_is_better"]) == ("total_cost", "usd", False)


@pytest.mark.parametrize(
    ("named", "model", "settings"),
    [
        ("gpt-4-turbo (diff)", "gpt-4-turbo", {"edit_format": "diff"}),
        ("gpt-5 (low)", "gpt-5", {"reasoning_effort": "low"}),
        ("claude-opus-4-20250514 (32k thinking)", "claude-opus-4-20250514", {"thinking": "32k"}),
        ("claude-opus-4-20250514 (no think)", "claude-opus-4-20250514", {"thinking": "no"}),
        ("DeepSeek R1 (0528)", "DeepSeek R1 (0528)", {}),
        ("DeepSeek Chat V3 (prev)", "DeepSeek Chat V3 (prev)", {}),
        ("chatgpt-4o-latest (2025-03-29)", "chatgpt-4o-latest (2025-03-29)", {}),
        ("a + b", "a + b", {}),
    ],
)
def test_a_parenthesis_is_a_setting_only_where_it_is_known_to_be_one(
    named: str, model: str, settings: dict[str, Any]
) -> None:
    assert split_name(named, has_editor=False) == (model, settings)


def test_the_editors_model_is_no_part_of_the_name() -> None:
    assert split_name("o3 (high) + gpt-4.1", has_editor=True) == ("o3", {"reasoning_effort": "high"})


def test_a_cost_of_nothing_was_not_known(tmp_path: Path) -> None:
    path = write(tmp_path / "polyglot_leaderboard.yml", RUN.replace("29.0829", "0.0000"))

    assert [event["metric"] for event in events("aider", path)] == ["pass_rate_1", "pass_rate_2"]
    assert skipped("aider", path) == ["the cost was not known (0)"]


def test_another_leaderboards_benchmark_has_to_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "edit_leaderboard.yml", RUN)

    with pytest.raises(UnreadableFileError, match="--benchmark"):
        read("aider", path)
    assert {event["benchmark"] for event in events("aider", path, benchmark="Aider edit")} == {"Aider edit"}


def test_a_list_of_something_else_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="is no leaderboard of Aider"):
        read("aider", write(tmp_path / "polyglot_leaderboard.yml", "- model: x\n"))
