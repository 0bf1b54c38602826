"""Golden examples: messages as they stand on each topic, for every consumer to be tested on.

Each is a file `<topic>/<case>.json` with `headers` (pairs of name and UTF-8 text), `key` (UTF-8 text or null)
and `value`, a JSON object; or `value_base64` where the bytes are no JSON.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from catalogue_schema.topics import Topic


@dataclass(frozen=True, slots=True)
class Example:
    case: str
    headers: list[tuple[str, bytes]]
    key: bytes | None
    value: bytes


def load(topic: Topic) -> list[Example]:
    """The examples of `topic`, by case. A topic has one at least."""
    directory = files(__name__) / topic.name
    found = sorted(directory.iterdir(), key=lambda file: file.name)
    return [_read(file.name.removesuffix(".json"), json.loads(file.read_text("utf-8"))) for file in found]


def _read(case: str, message: dict[str, Any]) -> Example:
    return Example(
        case=case,
        headers=[(name, value.encode()) for name, value in message["headers"]],
        key=None if message["key"] is None else message["key"].encode(),
        value=_value(message),
    )


def _value(message: dict[str, Any]) -> bytes:
    if "value_base64" in message:
        return b64decode(message["value_base64"], validate=True)
    return json.dumps(message["value"], ensure_ascii=False, separators=(",", ":")).encode()
