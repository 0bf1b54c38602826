from datetime import date
from pathlib import Path

import pytest
from catalogue_client.formats.prices import PRICES
from catalogue_client.items import UnreadableFileError
from support.harness import events, gathered, read, rows, skipped, write

DAY = date(2026, 7, 2)
MODEL = """\
name = "GPT-5"
family = "gpt"
release_date = "2025-08-07"
open_weights = false
[limit]
context = 400_000
[modalities]
input = ["text", "image"]
[[benchmarks]]
name = "SWE-Bench Pro"
score = 41.78
metric = "resolve rate"
dataset = "public"
source = "https://board.example/"
date = "2025-09"
"""
PRICES_OF_LITELLM = """{
    "sample_spec": {"input_cost_per_token": 0.0, "litellm_provider": "one of"},
    "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05, "litellm_provider": "openai"},
    "openrouter/openai/gpt-4o":
        {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 0.00001, "litellm_provider": "openrouter"},
    "dall-e-2": {"input_cost_per_pixel": 1e-07, "litellm_provider": "openai", "mode": "image_generation"},
    "gpt-latest": {"alias_of": "gpt-4o"}
}"""


def test_a_model_of_models_dev_has_its_limits_and_modalities_as_metadata(tmp_path: Path) -> None:
    assert rows("models-dev", write(tmp_path / "models/openai/gpt-5.toml", MODEL)) == [
        {
            "name": "openai/gpt-5",
            "display_name": "GPT-5",
            "organization": "openai",
            "release_date": "2025-08-07",
            "metadata": {
                "family": "gpt",
                "open_weights": False,
                "limit": {"context": 400_000},
                "modalities": {"input": ["text", "image"]},
            },
        }
    ]


def test_its_benchmarks_are_results_with_a_date_only_where_the_day_is_known(tmp_path: Path) -> None:
    [event] = events("models-dev", write(tmp_path / "models/openai/gpt-5.toml", MODEL))

    assert (event["model"], event["benchmark"], event["score"]) == ("openai/gpt-5", "SWE-Bench Pro", 41.78)
    assert (event["metric"], event["settings"]) == ("resolve rate", {"dataset": "public"})
    assert "date_tested" not in event


def test_a_provider_has_a_model_of_its_own_or_the_price_of_anothers(tmp_path: Path) -> None:
    write(tmp_path / "providers/openai/provider.toml", 'name = "OpenAI"')
    cost = "\n[cost]\ninput = 0.15\noutput = 0.60\n"
    own = write(tmp_path / "providers/openai/models/gpt-4o-mini.toml", f'name = "GPT-4o mini"{cost}')
    served = write(tmp_path / "providers/openai/models/deep/r1.toml", f'base_model = "deepseek/r1"{cost}')

    model, price = rows("models-dev", own, date=DAY)
    assert (model["name"], model["organization"]) == ("openai/gpt-4o-mini", "openai")
    assert price == {
        "model": "openai/gpt-4o-mini",
        "provider": "openai",
        "input": "0.15",
        "output": "0.6",
        "currency": "USD",
        "valid_from": "2026-07-02",
        "source": "models.dev",
    }
    assert [row["model"] for row in rows("models-dev", served, date=DAY)] == ["deepseek/r1"]


def test_a_price_without_the_day_of_its_snapshot_is_skipped_and_the_model_is_not(tmp_path: Path) -> None:
    write(tmp_path / "providers/lab/provider.toml", 'name = "Lab"')
    path = write(tmp_path / "providers/lab/models/x.toml", 'name = "X"\n[cost]\ninput = 1\noutput = 2')

    assert [row["name"] for row in rows("models-dev", path)] == ["lab/x"]
    assert "--date" in skipped("models-dev", path)[0]


def test_a_folder_of_models_dev_gives_each_model_once_and_passes_over_other_files(tmp_path: Path) -> None:
    write(tmp_path / "models/lab/x.toml", 'name = "X"\nfamily = "x"')
    write(tmp_path / "providers/lab/provider.toml", 'name = "Lab"')
    write(tmp_path / "providers/lab/models/x.toml", 'name = "X"')
    write(tmp_path / "bunfig.toml", "[install]\nexact = true")

    found = gathered("models-dev", tmp_path)
    assert [record.fields["metadata"] for record in found.records] == [{"family": "x"}]
    assert [Path(skip.place).name for skip in found.skipped if "another format" in skip.reason] == [
        "bunfig.toml",
        "provider.toml",
    ]


@pytest.mark.parametrize("content", ["name = ", "a = 1"])
def test_other_toml_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"x\.toml: "):
        read("models-dev", write(tmp_path / "models/lab/x.toml", content))


def test_litellms_prices_are_exact_and_per_million(tmp_path: Path) -> None:
    path = write(tmp_path / "model_prices_and_context_window.json", PRICES_OF_LITELLM)
    own, routed = rows("litellm-prices", path, date=DAY)

    assert own == {
        "model": "openai/gpt-4o",
        "provider": "openai",
        "input": "2.5",
        "output": "10",
        "currency": "USD",
        "valid_from": "2026-07-02",
        "source": "litellm",
    }
    assert (routed["model"], routed["provider"]) == ("openai/gpt-4o", "openrouter")
    assert {item.path for item in gathered("litellm-prices", path, date=DAY).records} == {PRICES}


def test_what_has_no_price_per_token_is_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "model_prices_and_context_window.json", PRICES_OF_LITELLM)

    assert skipped("litellm-prices", path, date=DAY) == [
        "has no price per token of input and output",
        "names no provider, as an alias",
    ]


def test_litellms_prices_need_a_day(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="--date"):
        read("litellm-prices", write(tmp_path / "prices.json", PRICES_OF_LITELLM))


def test_a_price_is_kept_to_the_millionth(tmp_path: Path) -> None:
    entry = {"input_cost_per_token": 1.23456789e-07, "output_cost_per_token": 0, "litellm_provider": "openai"}
    path = write(tmp_path / "model_prices_and_context_window.json", {"gpt-4o": entry})
    [row] = rows("litellm-prices", path, date=DAY)
    assert (row["input"], row["output"]) == ("0.123457", "0")
