"""What FastAPI cannot know of the OpenAPI document: that errors are problems, and routes that are not its."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from catalogue_api.http.exports import FORMS
from catalogue_api.http.problems import MEDIA_TYPE, ProblemDocument

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request is wrong: `detail` and `errors` say where", **_PROBLEM},
    "5XX": {"description": "Something of ours is away or failed: repeat after Retry-After", **_PROBLEM},
}
"""Every operation's, in OpenAPI."""


def install_openapi(
    app: FastAPI, paths: Mapping[str, Mapping[str, Any]], add: Callable[[dict[str, Any]], None]
) -> None:
    """Add `paths`, the schemas that PROBLEM_RESPONSES refer to, and what `add` does."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path, operations in paths.items():
            document["paths"].setdefault(path, {}).update(operations)
        for operations in document["paths"].values():
            _describe_exports(operations.get("get", {}))
        _, problem = models_json_schema(
            [(ProblemDocument, "serialization")], ref_template="#/components/schemas/{model}"
        )
        document["components"]["schemas"] |= problem["$defs"]
        add(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _describe_exports(operation: dict[str, Any]) -> None:
    """Add the forms that a list's `format` may ask for."""
    if any(parameter["name"] == "format" for parameter in operation.get("parameters", ())):
        text = {"schema": {"type": "string"}}
        operation["responses"]["200"]["content"] |= {form.media_type: text for form in FORMS.values()}
