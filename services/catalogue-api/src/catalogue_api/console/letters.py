"""How pages show a dead letter: its bytes as text, and how what was wrong is put right."""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Self

from catalogue_schema.events import Reason
from pydantic_core import from_json, to_json

from catalogue_api.catalogue.dead_letters import Bytes
from catalogue_api.catalogue.letter_counts import Count

MOST_CHARACTERS = 20_000
MOST_DUMPED = 1024
"""Bytes, each of which takes four characters."""
MOST_OF_HEADER = 500
PARSED = 200_000
"""Characters that are read as JSON, at most."""
ACROSS = 16
VISIBLE = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {0x7F: 0x2421}
"""Control characters, as Unicode draws them."""

MEND: Mapping[str, str] = {
    Reason.UNDECODABLE: "The bytes are not what the topic holds, so a replay fails again. Mend what wrote "
    "them, have it send the event anew, and discard this one.",
    Reason.INVALID: "Bytes are never changed here. Have the event sent again, mended and under the same "
    "event_id: this letter then counts as recorded. Replay it where the rule has changed since, and not "
    "the event.",
    Reason.UNKNOWN_MODEL: "Say which model the name is: all that wait for it go on by themselves.",
    Reason.UNKNOWN_BENCHMARK: "Say which benchmark the name is: all that wait for it go on by themselves.",
    Reason.CONSTRAINT: "PostgreSQL refused the row, and the detail says by which rule. Replay it once that "
    "is mended.",
    Reason.EVENT_ID_CONFLICT: "Another event came under this event_id before, and stands. Have this one sent "
    "under an id of its own, and discard it here.",
    Reason.OUT_OF_RANGE: "The score is not within its metric's range. Correct the metric (PUT /v1/metrics) "
    "and replay it; or discard it, where the score is wrong.",
    Reason.UNEXPECTED: "The worker failed at it, and its log says more. Replay it once that is mended.",
}


class Shown(NamedTuple):
    form: str
    text: str
    size: int
    """Bytes in all."""
    more: int
    """What is not shown: characters of a text, else bytes."""

    @classmethod
    def of(cls, data: Bytes | None) -> Self | None:
        if data is None:
            return None
        if data.text is None:
            raw = b64decode(data.base64 or "")
            return cls("hexadecimal", dump(raw[:MOST_DUMPED]), len(raw), max(0, len(raw) - MOST_DUMPED))
        pretty = _as_json(data.text)
        text = data.text if pretty is None else pretty
        shown, more = text[:MOST_CHARACTERS].translate(VISIBLE), max(0, len(text) - MOST_CHARACTERS)
        return cls("text" if pretty is None else "JSON", shown, len(data.text.encode()), more)


def dump(data: bytes) -> str:
    """A line for each sixteen bytes: where they stand, in hexadecimal, and as ASCII."""
    lines = (data[place : place + ACROSS] for place in range(0, len(data), ACROSS))
    return "\n".join(
        f"{number * ACROSS:08x}  {line.hex(' '):<{ACROSS * 3 - 1}}  {_ascii(line)}"
        for number, line in enumerate(lines)
    )


def headers_of(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each with its value as text, or in hexadecimal."""
    return [(name, _brief(b64decode(value))) for name, value in pairs]


def by_reason(counts: Iterable[Count]) -> Mapping[str, Mapping[str, int]]:
    """How many letters by their status, of each reason; those with the most come first."""
    table: dict[str, dict[str, int]] = {}
    for each in counts:
        table.setdefault(each.reason, {})[each.status] = each.count
    return table


def matching(counts: Sequence[Count], reason: str | None, status: str | None) -> int:
    return sum(
        each.count for each in counts if reason in {None, each.reason} and status in {None, each.status}
    )


def _as_json(text: str) -> str | None:
    """Indented; None where it is no JSON document of several parts, or a long one."""
    try:
        value = from_json(text) if len(text) <= PARSED else None
    except ValueError:
        return None
    return (
        to_json(value, indent=2, inf_nan_mode="constants").decode()
        if isinstance(value, dict | list)
        else None
    )


def _brief(value: bytes) -> str:
    try:
        text = value.decode().translate(VISIBLE)
    except UnicodeDecodeError:
        text = value.hex(" ")
    return text if len(text) <= MOST_OF_HEADER else f"{text[:MOST_OF_HEADER]}…"


def _ascii(line: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in line)
