"""`catalogue send`: events as they are."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from catalogue_client.commands.importing import finish
from catalogue_client.commands.options import RETRY_FOR, URL, WAIT, AsJson, RetryFor, Url, Wait, connect
from catalogue_client.delivery import Outgoing, deliver, wait
from catalogue_client.items import UnreadableFileError
from catalogue_client.showing import progress, show_table
from catalogue_client.summary import EXIT_CODES, Summary

HELP = f"""Send events of any type: NDJSON, a JSON array or one JSON object; - reads standard input.

An event without an event_id gets one, which is printed: send it again with that id, not without.

{EXIT_CODES}"""

File = Annotated[Path, typer.Argument(metavar="FILE|-", help="Each event with its type.", allow_dash=True)]


def send(
    file: File,
    wait_for: Wait = WAIT,
    as_json: AsJson = False,
    url: Url = URL,
    retry_for: RetryFor = RETRY_FOR,
) -> None:
    events = list(_events(file))
    made_ids = {place: str(uuid4()) for place, event in events if "event_id" not in event}
    outgoing = [Outgoing({"event_id": made_ids.get(place), **event}, place) for place, event in events]
    with (
        connect(url, retry_for) as catalogue,
        progress("Sending and waiting", len(outgoing) * (2 if wait_for else 1)) as tick,
    ):
        delivered = deliver(catalogue, outgoing, tick)
        if wait_for:
            wait(catalogue, delivered, wait_for, tick)
    summary = Summary(asked=wait_for > 0, made_ids=made_ids)
    summary.add_delivered(delivered)
    if not as_json:
        show_table("Ids that were made", ("event", "event_id"), made_ids.items())
    finish(summary, as_json)


def _events(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with its place. Raises UnreadableFileError."""
    text = _read(file)
    try:
        document = json.loads(text)
        items = document if isinstance(document, list) else [document]
        places = [f"{file}: item {index + 1}" for index in range(len(items))]
    except ValueError:
        lines = [(number, each) for number, each in enumerate(text.splitlines(), 1) if each.strip()]
        places = [f"{file}: line {number}" for number, _ in lines]
        items = [_line(each, place) for (_, each), place in zip(lines, places, strict=True)]
    for place, item in zip(places, items, strict=True):
        if not isinstance(item, dict):
            raise UnreadableFileError(f"{place}: is no JSON object")
        yield place, item


def _read(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{file}: cannot be read ({error})") from error


def _line(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise UnreadableFileError(f"{place}: is no JSON ({error})") from error
