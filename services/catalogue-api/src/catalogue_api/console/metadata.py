"""What a model's metadata say in words, where they are as models.dev has them; they may be anything.

https://github.com/anomalyco/models.dev/blob/dev/README.md
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from catalogue_api.console.formats import number

ABILITIES: Mapping[str, str] = {
    "reasoning": "reasoning",
    "tool_call": "calling tools",
    "structured_output": "structured output",
    "attachment": "files",
}
LONGEST = 200


class Fact(NamedTuple):
    name: str
    text: str


def said_in(metadata: Mapping[str, Any]) -> list[Fact]:
    """What a reader asks first, in this order; what is not said is left out."""
    limits, modalities = _mapping(metadata.get("limit")), _mapping(metadata.get("modalities"))
    abilities = [words for name, words in ABILITIES.items() if metadata.get(name) is True]
    found = (
        Fact("Family", _text(metadata.get("family"))),
        Fact("Context", _tokens(limits.get("context"))),
        Fact("Longest answer", _tokens(limits.get("output"))),
        Fact("Reads", _texts(modalities.get("input"))),
        Fact("Writes", _texts(modalities.get("output"))),
        Fact("Can do", ", ".join(abilities)),
        Fact("Knows until", _text(metadata.get("knowledge"))),
    )
    return [fact for fact in found if fact.text]


def open_weights(metadata: Mapping[str, Any] | None) -> bool | None:
    """None where they do not say."""
    said = (metadata or {}).get("open_weights")
    return said if isinstance(said, bool) else None


def context(metadata: Mapping[str, Any] | None) -> str:
    """Empty where they do not say."""
    return _tokens(_mapping((metadata or {}).get("limit")).get("context"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _texts(value: object) -> str:
    texts = value if isinstance(value, list) else []
    return ", ".join(each for each in texts if isinstance(each, str))[:LONGEST]


def _tokens(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{number(value)} tokens"
