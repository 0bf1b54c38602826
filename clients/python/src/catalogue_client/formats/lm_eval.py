"""EleutherAI lm-evaluation-harness 0.4: `results_<date>.json`.

https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/loggers/evaluation_tracker.py
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported, Setting
from catalogue_client.formats.loading import flat, load_json, moment, rows, table, text
from catalogue_client.items import (
    Found,
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

HARNESS = "lm-evaluation-harness"
READ = "0.4"
FRACTIONS = {"acc", "acc_norm", "acc_bytes", "exact_match", "f1", "em", "mc1", "mc2", "pass@1"}
POINTS = {"bleu", "chrf", "ter"}
CONFIG = ("model_dtype", "model_revision", "limit")
ARGUMENTS = ("peft", "delta", "pretrained", "model", "path", "engine")  # an adapter goes before its base


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each task's and group's metrics. Raises UnreadableFileError."""
    document = _document(path)
    try:
        named = _named(document)
        model = model_name(named, options.model)
    except UnusableNameError as unusable:
        yield Refused(str(unusable), str(path))
        return
    base = ResultReported(
        model=model.name,
        benchmark="",
        score=0,
        source=options.source or HARNESS,
        harness=HARNESS,
        harness_version=text(document.get("lm_eval_version")),
        evaluator=options.evaluator,
        settings={**model.settings, **_config(document)},
        **dated(moment(document.get("date")), options),
    )
    for task in document["results"]:
        for item in _task(document, task, base, f"{path}: results/{task}"):
            yield replace(item, named=named) if isinstance(item, Found) else item


def _document(path: Path) -> dict[str, Any]:
    document = table(load_json(path))
    if (
        not isinstance(document.get("results"), dict)
        or "config" not in document
        or "versions" not in document
    ):
        raise OtherFormatError(
            f"{path}: is no result of lm-evaluation-harness: it has no results, config and versions"
        )
    version = text(document.get("lm_eval_version"))
    if version and not version.startswith(f"{READ}."):
        raise UnreadableFileError(f"{path}: was written by lm-evaluation-harness {version}; {READ} is read")
    metrics = [key for task in document["results"].values() for key in table(task)]
    if metrics and not any("," in key for key in metrics):
        raise UnreadableFileError(
            f"{path}: its metrics name no filter ({', '.join(metrics[:3])}), as before "
            f"lm-evaluation-harness 0.4; {READ} is read"
        )
    return document


def _named(document: dict[str, Any]) -> str:
    """The model as the harness names it, else as its arguments do."""
    if name := text(document.get("model_name")):
        return name
    arguments = table(document["config"]).get("model_args") or ""
    if isinstance(arguments, str):
        pairs = (part.split("=", 1) for part in arguments.split(",") if "=" in part)
        arguments = {key.strip(): value.strip() for key, value in pairs}
    return next((str(arguments[name]) for name in ARGUMENTS if name in arguments), "")


def _config(document: dict[str, Any]) -> dict[str, Setting]:
    config = table(document["config"])
    settings = {name: config.get(name) for name in CONFIG}
    settings["backend"] = config.get("model")
    settings["chat_template"] = bool(document["chat_template"]) if "chat_template" in document else None
    settings["fewshot_as_multiturn"] = document.get("fewshot_as_multiturn") or None
    settings["system_instruction_sha"] = document.get("system_instruction_sha")
    return flat(settings)


def _task(document: dict[str, Any], task: str, base: ResultReported, place: str) -> Iterator[Item]:
    metrics = table(document["results"][task])
    if not any("," in key for key in metrics):
        yield Skipped("is the heading of a group, with no metrics of its own", place)
    effective = table(table(document.get("n-samples")).get(task)).get("effective")
    samples = effective if isinstance(effective, int) else None
    settings = {**base.settings, **_task_settings(document, task)}
    base = replace(base, benchmark=task, n=samples, settings=settings)
    better = table(table(document.get("higher_is_better")).get(task))
    for key, value in metrics.items():
        metric, comma, selection = key.partition(",")
        if not comma or metric.endswith("_stderr"):
            continue  # `alias`, `samples` and so on are no metrics; a standard error is part of its metric
        direction = better.get(metric)
        event = replace(
            base,
            metric=metric,
            unit=_unit(metric),
            higher_is_better=direction if isinstance(direction, bool) else None,
            stderr=number_or_none(metrics.get(f"{metric}_stderr,{selection}")),
            settings=base.settings if selection == "none" else {**base.settings, "filter": selection},
        )
        yield found(value, event, f"{place}/{key}")


def _task_settings(document: dict[str, Any], task: str) -> dict[str, Setting]:
    config = table(table(document.get("configs")).get(task))
    generation = table(config.get("generation_kwargs"))
    return flat(
        {
            "num_fewshot": table(document.get("n-shot")).get(task),
            "task_version": _version(table(document["versions"]).get(task)),
            "subset": config.get("dataset_name"),
            "repeats": config.get("repeats") if config.get("repeats") != 1 else None,
            **{name: value for name, value in generation.items() if not rows(value)},
            **table(table(document["config"]).get("gen_kwargs")),
        }
    )


def _version(version: object) -> object:
    return version if text(version) not in {None, "N/A", "Yaml"} else None


def _unit(metric: str) -> str | None:
    if metric in FRACTIONS:
        return "fraction"
    return "points" if metric in POINTS else None
