"""Write the JSON Schema of each topic's event to files: `python -m catalogue_schema.export docs/schemas`."""

import argparse
import json
from pathlib import Path
from typing import Any

from catalogue_schema.topics import EVENT_TOPICS, Topic

DESCRIBED = tuple(EVENT_TOPICS.values())
"""A dead letter's value is the original message's bytes, whatever they are: no schema can describe it."""


def json_schema(topic: Topic) -> dict[str, Any]:
    """JSON Schema (2020-12) of the values on `topic`, as consumers read them.

    `event_id` and `occurred_at` are always there: the API adds what its client left out. Fields may be added
    within a topic's version, so consumers must not refuse those they do not know, as the models do.
    """
    schema = _whole(topic.event.model_json_schema(mode="serialization"))
    del schema["additionalProperties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:" + topic.name.replace(".", ":", 1),
        **schema,
        "required": ["event_id", "occurred_at", *schema["required"]],
    }


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """With its definitions where they are referred to: the schema stands within other documents, too."""
    definitions = schema.pop("$defs", {})

    def put(part: Any) -> Any:
        if isinstance(part, list):
            return [put(each) for each in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref", "").removeprefix("#/$defs/")
        return (
            put(definitions[reference]) if reference in definitions else {k: put(v) for k, v in part.items()}
        )

    whole: dict[str, Any] = put(schema)
    return whole


def export(directory: Path) -> None:
    """Write `<topic>.json` into `directory`, made where it is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    for topic in DESCRIBED:
        text = json.dumps(json_schema(topic), indent=2, ensure_ascii=False) + "\n"
        (directory / f"{topic.name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    export(parser.parse_args().directory)
