"""Stanford HELM: a run is a folder with `run_spec.json` and `stats.json`. Neither has a date or a version.

https://crfm-helm.readthedocs.io/en/latest/
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported, Setting
from catalogue_client.formats.loading import flat, load_json, rows, table, text
from catalogue_client.items import (
    Item,
    Options,
    OtherFormatError,
    Refused,
    Skipped,
    UnreadableFileError,
    dated,
    found,
    number_or_none,
)
from catalogue_client.names import UnusableNameError, model_name

HARNESS = "helm"
SPEC, STATS = "run_spec.json", "stats.json"
BOOKKEEPING = (
    *("num_", "finish_reason_", "training_", "inference_", "estimated_"),
    *("batch_size", "prompt_truncated", "max_prob"),
)
OF_LANGUAGE_MODELS = ("logprob", "perplexity", "bits_per_byte")
"""In the statistics of every run, but a measure only of one whose method is language modelling."""
ADAPTER = (
    *("method", "max_train_instances", "max_eval_instances", "model_deployment"),
    *("temperature", "max_tokens", "num_outputs", "reasoning_effort"),
)
FRACTIONS = (
    *("exact_match", "quasi_exact_match", "prefix_exact_match", "quasi_prefix_exact_match"),
    *("f1_score", "classification_micro_f1", "classification_macro_f1", "rouge_"),
)


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each metric by split, perturbed ones apart. `path` is a run's folder. Raises UnreadableFileError."""
    spec, stats = _run(path)
    adapter = table(spec.get("adapter_spec"))
    named = str(adapter.get("model") or "")
    try:
        model = model_name(named, options.model)
    except UnusableNameError as unusable:
        yield Refused(str(unusable), str(path))
        return
    base = ResultReported(
        model=model.name,
        benchmark=_benchmark(spec),
        score=0,
        source=options.source or HARNESS,
        harness=HARNESS,
        evaluator=options.evaluator,
        run_id=text(spec.get("name")),
        settings={**model.settings, **flat({name: adapter.get(name) for name in ADAPTER})},
        **dated(None, options),
    )
    counts = _instances(stats)
    for stat in stats:
        yield from _stat(stat, base, spec, (path, named, counts))


def _run(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    for name in (SPEC, STATS):
        if not (path / name).is_file():
            raise UnreadableFileError(
                f"{path}: a run of HELM is a folder with {SPEC} and {STATS}; {name} is missing"
            )
    spec, stats = load_json(path / SPEC), load_json(path / STATS)
    if not isinstance(spec, dict) or not {"name", "scenario_spec", "adapter_spec"} <= spec.keys():
        raise OtherFormatError(
            f"{path / SPEC}: is no run of HELM: it lacks name, scenario_spec or adapter_spec"
        )
    if not isinstance(stats, list) or not all(isinstance(table(stat).get("name"), dict) for stat in stats):
        raise OtherFormatError(f"{path / STATS}: is no list of HELM's statistics")
    return spec, stats


def _benchmark(spec: dict[str, Any]) -> str:
    """The scenario with its arguments, `mmlu:subject=philosophy`: each subject is a benchmark of its own."""
    scenario = str(spec["name"]).partition(":")[0]
    arguments = flat(table(table(spec["scenario_spec"]).get("args")))
    told = ",".join(f"{name}={value}" for name, value in sorted(arguments.items()))
    return f"{scenario}:{told}" if told else scenario


def _instances(stats: list[dict[str, Any]]) -> dict[str, int]:
    """How many instances each split had. A statistic's own `count` is that of trials."""
    return {
        str(stat["name"].get("split")): round(mean)
        for stat in stats
        if stat["name"].get("name") == "num_instances"
        and (mean := number_or_none(stat.get("mean"))) is not None
    }


def _stat(
    stat: dict[str, Any], base: ResultReported, spec: dict[str, Any], origin: tuple[Path, str, dict[str, int]]
) -> Iterator[Item]:
    path, named, counts = origin
    name = table(stat["name"])
    metric, split, perturbation = (
        str(name.get("name")),
        str(name.get("split")),
        table(name.get("perturbation")),
    )
    if _is_bookkeeping(metric, spec):
        return
    place = f"{path / STATS}: {'/'.join(filter(None, (metric, split, str(perturbation.get('name') or ''))))}"
    if reason := _says_nothing_new(perturbation, spec):
        yield Skipped(reason, place)
        return
    event = replace(
        base,
        metric=metric,
        unit="fraction" if metric.startswith(FRACTIONS) else None,
        higher_is_better=True if metric.startswith(FRACTIONS) else None,
        n=counts.get(split),
        settings={**base.settings, "split": split, **_perturbed(perturbation), **flat(_trials(stat))},
    )
    yield found(stat.get("mean"), event, place, named)


def _is_bookkeeping(metric: str, spec: dict[str, Any]) -> bool:
    if metric.startswith(OF_LANGUAGE_MODELS):
        return table(spec["adapter_spec"]).get("method") != "language_modeling"
    return metric.startswith(BOOKKEEPING)


def _says_nothing_new(perturbation: dict[str, Any], spec: dict[str, Any]) -> str | None:
    """HELM writes rows for perturbations also where they repeat the unperturbed ones."""
    if not perturbation:
        return None
    if perturbation.get("computed_on") == "original":
        return "is the unperturbed score once more"
    if not rows(table(spec.get("data_augmenter_spec")).get("perturbation_specs")):
        return "the run applied no perturbation, so this is the unperturbed score once more"
    return None


def _perturbed(perturbation: dict[str, Any]) -> dict[str, Setting]:
    if not perturbation:
        return {}
    how = {
        name: value for name, value in perturbation.items() if name not in {"name", "robustness", "fairness"}
    }
    return flat(
        {"perturbation": perturbation.get("name"), **{f"perturbation_{k}": v for k, v in how.items()}}
    )


def _trials(stat: dict[str, Any]) -> dict[str, object]:
    count = stat.get("count")
    return {"trials": count} if isinstance(count, int) and count > 1 else {}
