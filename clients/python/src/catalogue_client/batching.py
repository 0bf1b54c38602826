"""Rows as requests carry them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

MAX_BATCH = 1000
MAX_BATCH_BYTES = 4 * 1024 * 1024


def line(row: Mapping[str, Any]) -> str:
    """As a line of NDJSON."""
    return json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n"


def batches(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """Slices that one request can hold, each with its beginning."""
    start, size = 0, 0
    for index, row in enumerate(rows):
        length = len(line(row).encode())
        if index > start and (index - start == MAX_BATCH or size + length > MAX_BATCH_BYTES):
            yield start, rows[start:index]
            start, size = index, 0
        size += length
    if start < len(rows):
        yield start, rows[start:]


def in_path(name: str) -> str:
    """A name as it stands in a path, where slashes stay."""
    return quote(name, safe="/")
