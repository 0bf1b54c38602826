"""UK AISI inspect_ai: logs of version 2, as `.json` or as `.eval` (a ZIP archive with `header.json`).

https://inspect.aisi.org.uk/eval-logs.html
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported, Setting
from catalogue_client.formats.loading import (
    MAX_BYTES,
    flat,
    moment,
    parse_json,
    read_bytes,
    rows,
    table,
    text,
)
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

HARNESS = "inspect_ai"
READ = 2
STANDARD_ERRORS = ("stderr", "bootstrap_stderr")
SPREAD = {*STANDARD_ERRORS, "std", "stddev", "var", "ci_lower", "ci_upper"}
MEANS = {"accuracy", "mean"}
GENERATION = (
    *("temperature", "top_p", "top_k", "max_tokens", "seed"),
    *("reasoning_effort", "reasoning_tokens", "num_choices"),
)


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each scorer's metrics. Raises UnreadableFileError."""
    log = _log(path)
    run, results = table(log.get("eval")), table(log.get("results"))
    if reason := _why_skipped(log):
        yield Skipped(reason, str(path))
        return
    named = str(run.get("model") or "")
    try:
        model = model_name(named, options.model)
    except UnusableNameError as unusable:
        yield Refused(str(unusable), str(path))
        return
    base = ResultReported(
        model=model.name,
        benchmark=str(run.get("task") or ""),
        score=0,
        source=options.source or HARNESS,
        harness=HARNESS,
        harness_version=text(table(run.get("packages")).get("inspect_ai")),
        evaluator=options.evaluator,
        run_id=text(run.get("eval_id") or run.get("run_id")),
        settings={**model.settings, **_settings(log, run)},
        **dated(moment(run.get("created")), options),
    )
    for score in rows(results.get("scores")):
        yield from _score(table(score), base, results, (f"{path}: results/scores", named))


def _why_skipped(log: dict[str, Any]) -> str | None:
    if log["status"] != "success" or not log.get("results"):
        return f"the run did not succeed: its status is {log['status']!r}"
    return "the log was invalidated" if log.get("invalidated") else None


def _log(path: Path) -> dict[str, Any]:
    data = read_bytes(path)
    log = table(parse_json(_header(data, path) if data[:2] == b"PK" else data, path))
    if not isinstance(log.get("eval"), dict) or "status" not in log or "version" not in log:
        raise OtherFormatError(f"{path}: is no log of inspect_ai: it has no version, status and eval")
    if log["version"] != READ:
        raise UnreadableFileError(f"{path}: is a log of version {log['version']!r}; version {READ} is read")
    return log


def _header(data: bytes, path: Path) -> bytes:
    """What a log has beside its samples."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo("header.json").file_size > MAX_BYTES:
                raise UnreadableFileError(f"{path}: its header.json is over {MAX_BYTES:,} bytes")
            return archive.read("header.json")
    except KeyError as error:
        raise OtherFormatError(
            f"{path}: has no header.json: it is no log of inspect_ai, or one of a run that did not end"
        ) from error
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadableFileError(
            f"{path}: cannot be unpacked ({error}): convert it with `inspect log convert --to json`"
        ) from error


def _settings(log: dict[str, Any], run: dict[str, Any]) -> dict[str, Setting]:
    generation = {
        **table(run.get("model_generate_config")),
        **table(table(log.get("plan")).get("config")),
    }
    config = table(run.get("config"))
    arguments = flat(table(run.get("task_args")))
    return flat(
        {
            **{name: generation.get(name) for name in GENERATION},
            "epochs": config.get("epochs") if config.get("epochs") != 1 else None,
            "limit": config.get("limit") if isinstance(config.get("limit"), int) else None,
            "message_limit": config.get("message_limit"),
            "token_limit": config.get("token_limit"),
            "time_limit": config.get("time_limit"),
            "solver": run.get("solver"),
            "dataset": _dataset(run),
            "task_version": run.get("task_version") or None,
            **{f"task_{name}": value for name, value in arguments.items()},
        }
    )


def _dataset(run: dict[str, Any]) -> object:
    """By its name: its location may be a path on the machine of whoever ran it."""
    name = table(run.get("dataset")).get("name")
    return name if text(name) and not str(name).startswith(("/", "~", ".")) else None


def _score(
    score: dict[str, Any], base: ResultReported, results: dict[str, Any], origin: tuple[str, str]
) -> Iterator[Item]:
    metrics = {str(key): table(metric) for key, metric in table(score.get("metrics")).items()}
    values = {name: metric.get("value") for name, metric in metrics.items()}
    stderr = next((values[name] for name in STANDARD_ERRORS if name in values), None)
    settings = {"scorer": score.get("scorer"), "score": score.get("name"), "reducer": score.get("reducer")}
    if settings["score"] == settings["scorer"]:
        del settings["score"]
    base = replace(base, n=_samples(score, results), settings={**base.settings, **flat(settings)})
    place, named = origin
    for name, value in values.items():
        if name in SPREAD:
            continue  # says how sure the metric beside it is
        mean = name in MEANS
        event = replace(
            base,
            metric=name,
            unit="fraction" if name == "accuracy" else None,
            higher_is_better=True if name == "accuracy" else None,
            stderr=number_or_none(stderr) if mean else None,
        )
        yield found(value, event, f"{place}/{score.get('name')}/{name}", named)


def _samples(score: dict[str, Any], results: dict[str, Any]) -> int | None:
    """How many were scored, where the log says so, else completed: the dataset may hold more."""
    counts = (score.get("scored_samples"), results.get("completed_samples"))
    return next((count for count in counts if isinstance(count, int)), None)
