"""The formats that are read: the one place that names them, from which command and help are derived."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalogue_client.formats import (
    aider,
    eee,
    exported,
    helm,
    hf_eval_results,
    inspect,
    litellm,
    lm_eval,
    model_index,
    models_dev,
)
from catalogue_client.items import Item, Options


@dataclass(frozen=True, slots=True)
class Format:
    """`read` is a pure function of a file and of options. Raises UnreadableFileError.

    Its files in a folder are those that match one of `patterns`. A file of `one_model` holds results of one,
    so that `--model` can say which.
    """

    read: Callable[[Path, Options], Iterator[Item]]
    summary: str
    patterns: tuple[str, ...]
    one_model: bool = True
    is_folder: bool = False
    """Whether what is read is the folder that the matching file stands in."""


FORMATS: Mapping[str, Format] = {
    "catalogue": Format(
        exported.read,
        "a catalogue's own results: GET /v1/results?format=ndjson",
        ("results*.ndjson",),
        one_model=False,
    ),
    "lm-eval": Format(lm_eval.read, "lm-evaluation-harness 0.4", ("results*.json",)),
    "inspect": Format(inspect.read, "inspect_ai logs of version 2, .json or .eval", ("*.json", "*.eval")),
    "helm": Format(
        helm.read,
        "HELM runs: a folder with run_spec.json and stats.json",
        (helm.SPEC, helm.STATS),
        is_folder=True,
    ),
    "eee": Format(eee.read, "Every Eval Ever records, schema 0.2 and 0.3", ("*.json",)),
    "hf-eval-results": Format(
        hf_eval_results.read,
        "Hugging Face .eval_results/*.yaml",
        (".eval_results/*.yaml", ".eval_results/*.yml"),
    ),
    "model-index": Format(model_index.read, "the model-index of a model card", ("README.md",)),
    "aider": Format(
        aider.read, "Aider's polyglot_leaderboard.yml", (f"{aider.POLYGLOT}*.yml",), one_model=False
    ),
    "models-dev": Format(models_dev.read, "models.dev's folders of TOML files", ("*.toml",), one_model=False),
    "litellm-prices": Format(
        litellm.read,
        "LiteLLM's model_prices_and_context_window.json",
        ("model_prices_and_context_window*.json",),
        one_model=False,
    ),
}
