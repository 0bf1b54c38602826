"""Results as Every Eval Ever's records of schema 0.3.0, one of each model and run.

https://github.com/evaleval/every_eval_ever/blob/main/every_eval_ever/schemas/eval.schema.json
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid5

from catalogue_client.answers import Json
from catalogue_client.client import Catalogue
from catalogue_client.events import NAMESPACE

SCHEMA = "0.3.0"
RUN = (
    "run_id",
    "source",
    "source_url",
    "evaluator",
    "evaluator_relationship",
    "harness",
    "harness_version",
)
"""What the results of one record have alike, beside their model."""
UNITS = {"fraction": "proportion"}
ARGUMENTS: Mapping[str, tuple[type, ...]] = {
    "temperature": (int, float),
    "top_p": (int, float),
    "top_k": (int, float),
    "max_tokens": (int,),
    "max_attempts": (int,),
    "reasoning": (bool,),
}
"""Settings that the schema names, and of which type it wants them."""
NO_FILE_NAME = re.compile(r"[^\w.-]+")

Metrics = Mapping[tuple[str, str], Json]


def export(catalogue: Catalogue, folder: Path, tick: Callable[[int], None]) -> int:
    """Write `folder/<developer>/<model>/<uuid>.json`; the same results have the same names. Returns how many.

    Raises CatalogueError, and OSError.
    """
    metrics = {(each["benchmark"], each["name"]): each for each in catalogue.lines("/v1/metrics")}
    ranking = {each["benchmark"]: each for each in metrics.values() if each["ranks"]}
    written = 0
    for model in catalogue.lines("/v1/models"):
        of_model = folder.joinpath(*_folders(model["name"]))
        for run in _runs(catalogue.lines("/v1/results", model=model["name"])):
            _write(record_of([(row, _metric_of(row, metrics, ranking)) for row in run]), of_model)
            written += 1
            tick(len(run))
    return written


def _write(record: Json, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid5(NAMESPACE, record['evaluation_id'])}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _metric_of(row: Json, metrics: Metrics, ranking: Mapping[str, Json]) -> Json | None:
    if row["metric"] is None:
        return ranking.get(row["benchmark"])
    return metrics.get((row["benchmark"], row["metric"]))


def _runs(rows: Iterable[Json]) -> Iterator[Sequence[Json]]:
    """A model's results by run."""
    runs: defaultdict[tuple[Any, ...], list[Json]] = defaultdict(list)
    for row in rows:
        runs[tuple(row[name] for name in RUN)].append(row)
    yield from runs.values()


def _folders(model: str) -> Sequence[str]:
    developer, _, name = model.rpartition("/")
    return [NO_FILE_NAME.sub("_", each).lstrip(".") or "_" for each in (developer or "unknown", name)]


def record_of(rows: Sequence[tuple[Json, Json | None]]) -> Json:
    """The record of one run's results, each with its benchmark's metric, where that is known."""
    first = rows[0][0]
    retrieved = max(datetime.fromisoformat(row["occurred_at"]) for row, _ in rows)
    said = [first["source"] or first["evaluator"] or "unknown", first["model"], first["run_id"]]
    evaluation_id = "/".join(each for each in [*said, str(rows[-1][0]["event_id"])] if each)
    return {
        "schema_version": SCHEMA,
        "evaluation_id": evaluation_id,
        "retrieved_timestamp": str(int(retrieved.timestamp())),
        "source_metadata": _source(first),
        "eval_library": {
            "name": first["harness"] or "unknown",
            "version": first["harness_version"] or "unknown",
        },
        "model_info": _model(first["model"]),
        "evaluation_results": [_result(row, metric) for row, metric in rows],
    }


def _source(row: Json) -> Json:
    return _present(
        source_name=row["source"],
        source_type="evaluation_run" if row["harness"] else "documentation",
        source_organization_name=row["evaluator"] or "unknown",
        evaluator_relationship=row["evaluator_relationship"] or "other",
    )


def _model(name: str) -> Json:
    developer, _, _ = name.rpartition("/")
    unknown = {"deployment_type": "unknown", "model_availability": "unknown"}
    return _present(name=name, id=name, developer=developer or None, additional_details=unknown)


def _result(row: Json, metric: Json | None) -> Json:
    tested = row["date_tested"]
    when = row["occurred_at"] if tested and row["occurred_at"].startswith(tested) else tested
    return _present(
        evaluation_result_id=str(row["event_id"]),
        evaluation_name=row["benchmark"],
        evaluation_timestamp=when,
        source_data=_dataset(row),
        metric_config=_metric(row, metric),
        score_details=_present(score=row["score"], uncertainty=_uncertainty(row)),
        generation_config=_generation(row["settings"] or {}),
    )


def _dataset(row: Json) -> Json:
    if row["source_url"]:
        return {"dataset_name": row["benchmark"], "source_type": "url", "url": [row["source_url"]]}
    return {"dataset_name": row["benchmark"], "source_type": "other"}


def _metric(row: Json, metric: Json | None) -> Json:
    """`score_type` is left out where the range is not known: a continuous one would have to say it."""
    known = metric or {"higher_is_better": True, "lowest": None, "highest": None}
    higher = known["higher_is_better"] if row["higher_is_better"] is None else row["higher_is_better"]
    lowest, highest = known["lowest"], known["highest"]
    bounded = lowest is not None and highest is not None and row["unit"] == known["unit"]
    return _present(
        metric_id=row["metric"],
        metric_name=row["metric"],
        metric_unit=UNITS.get(row["unit"], row["unit"]),
        lower_is_better=not higher,
        **({"score_type": "continuous", "min_score": lowest, "max_score": highest} if bounded else {}),
    )


def _uncertainty(row: Json) -> Json | None:
    interval = None
    if row["ci_low"] is not None and row["ci_high"] is not None:
        interval = _present(lower=row["ci_low"], upper=row["ci_high"], confidence_level=row["ci_level"])
    error = None if row["stderr"] is None else {"value": row["stderr"]}
    return _present(standard_error=error, confidence_interval=interval, num_samples=row["n"]) or None


def _generation(settings: Mapping[str, Any]) -> Json | None:
    arguments = {name: value for name, value in settings.items() if _is_argument(name, value)}
    others = {name: _as_text(value) for name, value in settings.items() if name not in arguments}
    return _present(generation_args=arguments or None, additional_details=others or None) or None


def _is_argument(name: str, value: object) -> bool:
    wanted = ARGUMENTS.get(name, ())
    return isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool))


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _present(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}
