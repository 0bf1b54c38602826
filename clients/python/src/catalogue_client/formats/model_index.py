"""The `model-index` in the YAML front matter of a model card, `README.md`.

https://github.com/huggingface/hub-docs/blob/main/modelcard.md
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported, Setting
from catalogue_client.formats.loading import flat, parse_yaml, read_bytes, rows, table, text, web_address
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
)
from catalogue_client.names import UnusableNameError, hub_repository, model_name

SOURCE = "huggingface.co"
FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each metric of each result. Raises UnreadableFileError."""
    for entry in _model_index(path):
        named = str(entry.get("name") or "")
        place = f"{path}: model-index/{named}"
        try:
            model = model_name(named, options.model or hub_repository(str(path.resolve())))
        except UnusableNameError as unusable:
            yield Refused(str(unusable), place)
            continue
        base = ResultReported(
            model=model.name,
            benchmark="",
            score=0,
            evaluator=options.evaluator,
            settings=model.settings,
            **dated(None, options),
        )
        for result in rows(entry.get("results")):
            for item in _result(table(result), base, place, options):
                yield replace(item, named=named) if isinstance(item, Found) else item


def _model_index(path: Path) -> list[dict[str, Any]]:
    try:
        card = read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise OtherFormatError(f"{path}: is no text in UTF-8") from error
    match = FRONT_MATTER.match(card)
    index = table(parse_yaml(match[1], path)).get("model-index") if match else None
    if index is None:
        raise OtherFormatError(f"{path}: has no model-index in its front matter")
    entries = rows(index)
    if not entries or not all(isinstance(table(entry).get("results"), list) for entry in entries):
        raise UnreadableFileError(
            f"{path}: its model-index is no list of models, each with a list of results"
        )
    return [table(entry) for entry in entries]


def _result(result: dict[str, Any], base: ResultReported, place: str, options: Options) -> Iterator[Item]:
    dataset, source = table(result.get("dataset")), table(result.get("source"))
    benchmark = _benchmark(dataset)
    if benchmark is None:
        yield Skipped("names no dataset", place)
        return
    base = replace(
        base,
        benchmark=benchmark,
        source=options.source or text(source.get("name")) or SOURCE,
        source_url=web_address(source.get("url")),
        settings={**base.settings, **_settings(result, dataset)},
    )
    for metric in map(table, rows(result.get("metrics"))):
        kind, name = text(metric.get("type")), text(metric.get("name"))
        named = {"metric_name": name if name != kind else None, "metric_config": metric.get("config")}
        arguments = {f"metric_{key}": value for key, value in table(metric.get("args")).items()}
        event = replace(base, metric=kind, settings={**base.settings, **flat({**named, **arguments})})
        yield found(metric.get("value"), event, f"{place}/{benchmark}/{name or kind}")


def _benchmark(dataset: dict[str, Any]) -> str | None:
    """The dataset's id, and after a colon the subset where there is one: `common_voice:fr`."""
    name, subset = text(dataset.get("type")) or text(dataset.get("name")), text(dataset.get("config"))
    return f"{name}:{subset}" if name and subset and subset != "default" else name


def _settings(result: dict[str, Any], dataset: dict[str, Any]) -> dict[str, Setting]:
    return flat(
        {
            "task": table(result.get("task")).get("type"),
            "dataset_name": dataset.get("name"),
            "split": dataset.get("split"),
            "dataset_revision": dataset.get("revision"),
            **table(dataset.get("args")),
        }
    )
