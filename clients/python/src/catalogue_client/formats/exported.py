"""A catalogue's own results, as `GET /v1/results?format=ndjson` has them: the same events and ids."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from catalogue_client.events import ResultReported
from catalogue_client.formats.loading import parse_json
from catalogue_client.items import Found, Item, Options, OtherFormatError, UnreadableFileError

SAID = {each.name for each in fields(ResultReported)}
NEEDED = {"event_id", "model", "benchmark", "score", "occurred_at"}


def read(path: Path, options: Options) -> Iterator[Item]:
    """Each line. Raises UnreadableFileError."""
    try:
        with path.open("rb") as lines:  # line by line: an export is as large as a catalogue
            for number, line in enumerate(lines, 1):
                yield _item(line, f"{path}: line {number}", options)
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read ({error.strerror or error})") from error


def _item(line: bytes, place: str, options: Options) -> Item:
    row = parse_json(line, Path(place))
    if not isinstance(row, dict) or not row.keys() >= NEEDED:
        raise OtherFormatError(f"{place}: is no result of a catalogue, with {', '.join(sorted(NEEDED))}")
    return Found(_event(row, options, place), place)


def _event(row: dict[str, Any], options: Options, place: str) -> ResultReported:
    said = {name: value for name, value in row.items() if name in SAID and value is not None}
    try:
        said["occurred_at"] = datetime.fromisoformat(row["occurred_at"])
        if "date_tested" in said:
            said["date_tested"] = date.fromisoformat(row["date_tested"])
        said["given_id"] = UUID(row["event_id"])
    except (TypeError, ValueError) as error:
        raise OtherFormatError(f"{place}: is no result of a catalogue: {error}") from error
    if options.source:
        said["source"] = options.source
    return ResultReported(**said)
