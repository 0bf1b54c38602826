"""models.dev: a folder of TOML files, `models/<organization>/…` and `providers/<provider>/models/…`.

https://github.com/anomalyco/models.dev/blob/dev/README.md
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported
from catalogue_client.formats.loading import flat, moment, read_bytes, rows, table, text, web_address
from catalogue_client.formats.prices import price
from catalogue_client.items import Item, Options, OtherFormatError, Record, Skipped, dated, found

SOURCE = "models.dev"
MODELS = "/v1/models/import"
APART = {"name", "release_date", "license", "benchmarks", "cost", "base_model", "base_model_omit", "provider"}
"""Of a file's fields those that become no metadata of the model."""


def read(path: Path, options: Options) -> Iterator[Item]:
    """A model with its results, or a provider's price of one. Raises UnreadableFileError."""
    document, (owner, name, is_provider) = _document(path), _owner_and_name(path)
    base_model = text(document.get("base_model"))
    model = base_model or f"{owner}/{name}"
    if base_model is None:
        yield Record(MODELS, _model(document, model, owner), str(path))
    for benchmark in map(table, rows(document.get("benchmarks"))):
        yield _result(benchmark, model, str(path), options)
    if is_provider:
        yield _price(document, (model, owner), path, options)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(read_bytes(path).decode(), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise OtherFormatError(f"{path}: is no TOML ({error})") from error
    if "name" not in document and "base_model" not in document:
        raise OtherFormatError(f"{path}: is no model of models.dev: it has neither name nor base_model")
    return document


def _owner_and_name(path: Path) -> tuple[str, str, bool]:
    """Of `providers/<provider>/models/<name>` and of `models/<organization>/<name>`."""
    parts = path.absolute().with_suffix("").parts
    named = f"{path.stem}" + path.suffix.removesuffix(".toml")
    places = [index for index, part in enumerate(parts[:-1]) if part == "models"]
    for index in places:
        if Path(*parts[:index], "provider.toml").is_file():
            return parts[index - 1], "/".join((*parts[index + 1 : -1], named)), True
    if places and len(parts) > places[-1] + 2:
        organization, *folders = parts[places[-1] + 1 : -1]
        return organization, "/".join((*folders, named)), False
    raise OtherFormatError(
        f"{path}: is in no folder of models.dev: models/ORGANIZATION/NAME.toml and "
        "providers/PROVIDER/models/NAME.toml (beside a provider.toml) are read"
    )


def _model(document: Mapping[str, Any], name: str, owner: str) -> dict[str, Any]:
    released = text(document.get("release_date"))
    whole = _whole_date(released)
    metadata = {key: value for key, value in document.items() if key not in APART}
    if released and whole is None:
        metadata["release_date"] = released  # a month
    fields = {
        "name": name,
        "display_name": text(document.get("name")),
        "organization": owner,
        "release_date": whole,
        "license": text(document.get("license")),
        "metadata": _plain(metadata),
    }
    return {key: value for key, value in fields.items() if value is not None}


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _whole_date(written: str | None) -> str | None:
    return written if written and len(written) == len("2025-01-31") and moment(written) else None


def _result(benchmark: dict[str, Any], model: str, path: str, options: Options) -> Item:
    name = text(benchmark.get("name")) or ""
    url = web_address(benchmark.get("source"))
    event = ResultReported(
        model=model,
        benchmark=name,
        score=0,
        metric=text(benchmark.get("metric")),
        harness=text(benchmark.get("harness")),
        source=options.source or (url if url and len(url) <= 255 else SOURCE),
        source_url=url,
        evaluator=options.evaluator,
        settings=flat({key: benchmark.get(key) for key in ("dataset", "variant", "version")}),
    )
    when = moment(_whole_date(text(benchmark.get("date"))))
    score = benchmark.get("score")
    value = float(score) if isinstance(score, Decimal) else score
    return found(value, replace(event, **dated(when, options)), f"{path}: benchmarks/{name}")


def _price(document: Mapping[str, Any], of: tuple[str, str], path: Path, options: Options) -> Item:
    cost = table(document.get("cost"))
    if "input" not in cost or "output" not in cost:
        return Skipped("has no price per token", str(path))
    if options.date is None:
        return Skipped(
            "its price has no date: give the snapshot's with --date, and prices are imported too", str(path)
        )
    per_million = (Decimal(str(cost["input"])), Decimal(str(cost["output"])))
    return price(of, per_million, options.date, (options.source or SOURCE, str(path)))
