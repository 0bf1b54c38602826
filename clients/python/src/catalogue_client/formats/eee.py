"""Every Eval Ever records, schema 0.2 and 0.3.

https://github.com/evaleval/every_eval_ever/blob/main/every_eval_ever/schemas/eval.schema.json
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported, Setting
from catalogue_client.formats.loading import flat, load_json, moment, rows, table, text, web_address
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

READ = ("0.2", "0.3")
UNITS = {"proportion": "fraction", "percentage": "percent", "%": "percent", "$": "usd", "dollars": "usd"}
GENERATION = ("temperature", "top_p", "top_k", "max_tokens", "reasoning", "max_attempts")


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each evaluation result. Raises UnreadableFileError."""
    record = _record(path)
    info = table(record["model_info"])
    named = str(info.get("id") or info.get("name") or "")
    try:
        model = model_name(named, options.model)
    except UnusableNameError as unusable:
        yield Refused(str(unusable), str(path))
        return
    settings = {**_model_settings(info), **model.settings}
    base = replace(_base(record, options), model=model.name, settings=settings)
    for index, result in enumerate(rows(record["evaluation_results"])):
        place = f"{path}: evaluation_results/{index}/{table(result).get('evaluation_name')}"
        yield _result(table(result), replace(base, **_when(record, result, options)), place, named)


def _base(record: dict[str, Any], options: Options) -> ResultReported:
    """What all its results have alike."""
    library, origin = table(record.get("eval_library")), table(record.get("source_metadata"))
    organization = text(origin.get("source_organization_name"))
    return ResultReported(
        model="",
        benchmark="",
        score=0,
        source=options.source or text(origin.get("source_name")) or organization,
        harness=text(library.get("name")),
        harness_version=text(library.get("version")),
        evaluator=options.evaluator or organization,
        evaluator_relationship=text(origin.get("evaluator_relationship")),
        source_url=web_address(origin.get("source_organization_url")),
        run_id=text(record.get("evaluation_id")),
    )


def _record(path: Path) -> dict[str, Any]:
    record = table(load_json(path))
    if "schema_version" not in record or not {"model_info", "evaluation_results"} <= record.keys():
        raise OtherFormatError(
            f"{path}: is no record of Every Eval Ever: it lacks schema_version, model_info or "
            "evaluation_results"
        )
    version = str(record["schema_version"])
    if ".".join(version.split(".")[:2]) not in READ:
        raise UnreadableFileError(f"{path}: is of schema {version}; {' and '.join(READ)} are read")
    return record


def _when(record: dict[str, Any], result: object, options: Options) -> dict[str, Any]:
    """When it was run. Where only the record's making is known, that is no date of a test, but it orders."""
    run = moment(table(result).get("evaluation_timestamp")) or moment(record.get("evaluation_timestamp"))
    retrieved = moment(record.get("retrieved_timestamp"))
    if run is None and options.date is None and retrieved is not None:
        return {"occurred_at": dated(retrieved, options)["occurred_at"], "date_tested": None}
    return dated(run, options)


def _result(result: dict[str, Any], base: ResultReported, place: str, named: str) -> Item:
    config, details = table(result.get("metric_config")), table(result.get("score_details"))
    if config.get("has_unknown_level") and details.get("score") == -1:
        return Skipped("is at the level `unknown`", place)
    dataset = table(result.get("source_data"))
    benchmark = text(dataset.get("dataset_name")) or text(result.get("evaluation_name")) or ""
    lower = config.get("lower_is_better")
    event = replace(
        base,
        benchmark=benchmark,
        metric=_metric(config),
        unit=_unit(config),
        higher_is_better=None if not isinstance(lower, bool) else not lower,
        settings={**base.settings, **_settings(result, benchmark)},
        **_uncertainty(table(details.get("uncertainty"))),
    )
    return found(details.get("score"), event, place, named)


def _metric(config: dict[str, Any]) -> str | None:
    return next(filter(None, (text(config.get(f"metric_{name}")) for name in ("id", "name", "kind"))), None)


def _unit(config: dict[str, Any]) -> str | None:
    """The record's own, else a fraction where its scores go from 0 to 1."""
    if unit := text(config.get("metric_unit")):
        return UNITS.get(unit.lower(), unit)
    goes_from_0_to_1 = (config.get("min_score"), config.get("max_score")) == (0, 1)
    return "fraction" if goes_from_0_to_1 and config.get("score_type") == "continuous" else None


def _uncertainty(uncertainty: dict[str, Any]) -> dict[str, Any]:
    interval = table(uncertainty.get("confidence_interval"))
    samples = uncertainty.get("num_samples")
    level = number_or_none(interval.get("confidence_level"))
    return {
        "stderr": number_or_none(table(uncertainty.get("standard_error")).get("value")),
        "ci_low": number_or_none(interval.get("lower")),
        "ci_high": number_or_none(interval.get("upper")),
        "ci_level": level if level is not None and 0 < level < 1 else None,
        "n": samples if isinstance(samples, int) and samples >= 0 else None,
    }


def _settings(result: dict[str, Any], benchmark: str) -> dict[str, Setting]:
    generation, config = table(result.get("generation_config")), table(result.get("metric_config"))
    arguments = table(generation.get("generation_args"))
    judges = (
        table(table(judge).get("model_info")).get("id")
        for judge in rows(table(config.get("llm_scoring")).get("judges"))
    )
    evaluation = text(result.get("evaluation_name"))
    dataset = table(result.get("source_data"))
    return flat(
        {
            "evaluation": evaluation if evaluation != benchmark else None,
            "description": None if _metric(config) else config.get("evaluation_description"),
            "dataset": dataset.get("hf_repo"),
            "split": dataset.get("hf_split"),
            "judge": ", ".join(str(judge) for judge in judges if judge) or None,
            **{name: arguments.get(name) for name in GENERATION},
            **{f"metric_{name}": value for name, value in table(config.get("metric_parameters")).items()},
            **table(generation.get("additional_details")),
        }
    )


def _model_settings(info: dict[str, Any]) -> dict[str, Setting]:
    details = table(info.get("additional_details"))
    platform = text(info.get("inference_platform"))
    return flat({"provider": platform, "precision": details.get("precision")})
