"""Hugging Face evaluation results: `.eval_results/*.yaml` of a model's repository.

https://github.com/huggingface/hub-docs/blob/main/eval_results.yaml
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported
from catalogue_client.formats.loading import flat, load_yaml, moment, table, text, web_address
from catalogue_client.items import Item, Options, OtherFormatError, Refused, dated, found
from catalogue_client.names import hub_repository

SOURCE = "huggingface.co"


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each result. The model is the repository, which the file does not name. Raises UnreadableFileError."""
    results = load_yaml(path)
    if not isinstance(results, list) or not results or not all(_is_result(result) for result in results):
        raise OtherFormatError(
            f"{path}: holds no list of results, each with a dataset (id, task_id) and a value"
        )
    model = options.model or hub_repository(str(path.resolve()))
    if model is None:
        yield Refused(
            "does not say whose results it holds: name the repository with --model ORG/NAME", str(path)
        )
        return
    for result in map(table, results):
        benchmark = _benchmark(table(result["dataset"]))
        event = replace(_event(result, options), model=model, benchmark=benchmark)
        yield found(result["value"], event, f"{path}: {benchmark}")


def _is_result(value: object) -> bool:
    result = table(value)
    return "value" in result and {"id", "task_id"} <= table(result.get("dataset")).keys()


def _benchmark(dataset: dict[str, Any]) -> str:
    """The dataset, and after a colon the task where it has several: `Idavidrein/gpqa:gpqa_diamond`."""
    name, task = str(dataset["id"]), str(dataset["task_id"])
    return name if task in {"default", name} else f"{name}:{task}"


def _event(result: dict[str, Any], options: Options) -> ResultReported:
    source = table(result.get("source"))
    return ResultReported(
        model="",
        benchmark="",
        score=0,
        source=options.source or SOURCE,
        source_url=web_address(source.get("url")),
        evaluator=options.evaluator or text(source.get("org")) or text(source.get("user")),
        settings=flat(
            {
                "notes": result.get("notes"),
                "dataset_revision": table(result["dataset"]).get("revision"),
            }
        ),
        **dated(moment(result.get("date")), options),
    )
