"""The catalogue's lists as Parquet files, one each, with the types that its OpenAPI document gives."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from json import dumps
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalogue_client.answers import Json, member
from catalogue_client.client import Catalogue

LISTS = (
    "models",
    "benchmarks",
    "metrics",
    "model-prices",
    "results",
    "opinions",
    "use-cases",
    "aliases",
)
ROWS = 50_000
"""Of a row group, and in memory."""
MOMENT = pa.timestamp("us", "UTC")
TYPES: Mapping[tuple[str, str | None], pa.DataType] = {
    ("integer", None): pa.int64(),
    ("number", None): pa.float64(),
    ("boolean", None): pa.bool_(),
    ("string", "date"): pa.date32(),
    ("string", "date-time"): MOMENT,
}
"""By OpenAPI's type and format; what is none of these is text, and JSON where it is an object or a list."""


def export(catalogue: Catalogue, folder: Path, tick: Callable[[int], None]) -> dict[str, int]:
    """Write `folder/<list>.parquet`, each in place of the one before when it is whole. Returns their rows.

    Raises CatalogueError, and OSError.
    """
    document = catalogue.get("/openapi.json")
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _write(catalogue, document, name, folder, tick) for name in LISTS}


def _write(catalogue: Catalogue, document: Json, name: str, folder: Path, tick: Callable[[int], None]) -> int:
    schema = schema_of(document, f"/v1/{name}")
    path, part, count = folder / f"{name}.parquet", folder / f".{name}.parquet.part", 0
    included = {"include": "metadata"} if name == "models" else {}
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        for rows in _groups(catalogue.lines(f"/v1/{name}", **included)):
            writer.write_table(_table(rows, schema))
            count += len(rows)
            tick(len(rows))
    part.replace(path)
    return count


def _groups(rows: Iterable[Json]) -> Iterator[Sequence[Json]]:
    remaining = iter(rows)
    while group := list(islice(remaining, ROWS)):
        yield group


def _table(rows: Sequence[Json], schema: pa.Schema) -> pa.Table:
    return pa.table([_column([row.get(field.name) for row in rows], field.type) for field in schema], schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return pa.array([each if isinstance(each, str | None) else dumps(each) for each in values], kind)
    if kind in {MOMENT, pa.date32()}:
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)


def schema_of(document: Json, path: str) -> pa.Schema:
    """Raises CatalogueError where the catalogue has no such list."""
    answer = member(member(document, "paths"), path)["get"]["responses"]["200"]["content"]["application/json"]
    item = _resolved(document, _resolved(document, answer["schema"])["properties"]["items"]["items"])
    return pa.schema([(name, _type(document, each)) for name, each in item["properties"].items()])


def _type(document: Json, schema: Json) -> pa.DataType:
    schema = _resolved(document, schema)
    kinds = [_type(document, each) for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if kinds:
        return kinds[0] if len({*kinds}) == 1 else pa.string()
    shape = schema.get("format") if schema.get("type") == "string" else None
    return TYPES.get((str(schema.get("type")), shape), pa.string())


def _resolved(document: Json, schema: Json) -> Json:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Json = document["components"]["schemas"][str(reference).rpartition("/")[2]]
    return found
