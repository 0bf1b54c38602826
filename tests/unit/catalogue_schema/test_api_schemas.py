import math
from typing import Any

import pytest
from catalogue_schema.tables import (
    BenchmarkResultUpdate,
    BenchmarkUpdate,
    Model,
    ModelCreate,
    ModelResponse,
    ModelUpdate,
    OpinionUpdate,
    UseCaseUpdate,
)
from pydantic import ValidationError
from sqlmodel import SQLModel

MODEL: dict[str, Any] = {"name": "openai/gpt-4o", "organization": "OpenAI"}
METADATA = {"context": 128_000, "modalities": ["text", "image"], "price": {"in": 2.5, "out": None}}


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_metadata_is_called_metadata_in_json_both_ways() -> None:
    new = ModelCreate.model_validate({**MODEL, "metadata": METADATA})
    assert new.metadata_ == METADATA
    assert new.model_dump(by_alias=True)["metadata"] == METADATA
    assert {"metadata"} == {name for name in ModelCreate.model_json_schema()["properties"] if "meta" in name}


def test_row_is_made_from_a_request_and_a_response_from_a_row() -> None:
    row = Model.model_validate(ModelCreate.model_validate({**MODEL, "metadata": METADATA}))
    row.id = 1
    answer = ModelResponse.model_validate(row).model_dump(by_alias=True)
    assert (answer["id"], answer["name"], answer["metadata"]) == (1, "openai/gpt-4o", METADATA)


def test_update_names_only_what_the_client_sent() -> None:
    sent = {"license": None, "metadata": METADATA}
    row = Model(**MODEL, license="MIT", description="kept")
    row.sqlmodel_update(ModelUpdate.model_validate(sent).model_dump(exclude_unset=True))
    assert (row.license, row.metadata_, row.description) == (None, METADATA, "kept")


@pytest.mark.parametrize(
    ("update", "field"),
    [
        (ModelUpdate, "name"),
        (ModelUpdate, "organization"),
        (BenchmarkUpdate, "name"),
        (BenchmarkResultUpdate, "score"),
        (OpinionUpdate, "content"),
        (UseCaseUpdate, "use_case"),
    ],
)
def test_update_cannot_empty_a_required_field(update: type[SQLModel], field: str) -> None:
    assert update.model_validate({}).model_dump(exclude_unset=True) == {}
    with pytest.raises(ValidationError, match=field):
        update.model_validate({field: None})


@pytest.mark.parametrize("schema", [ModelUpdate, BenchmarkUpdate, OpinionUpdate, UseCaseUpdate])
def test_request_with_an_unknown_field_is_refused(schema: type[SQLModel]) -> None:
    with pytest.raises(ValidationError, match="stars"):
        schema.model_validate({"stars": 5})


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": math.nan},
        {"a": [1, {"b": math.inf}]},
        {"a": "x\x00"},
        {"a\x00": 1},
        {"a": ["\ud800"]},
        {"a": nested(2000)},
        [1],
        "text",
    ],
)
def test_metadata_that_the_database_cannot_hold_is_refused(metadata: object) -> None:
    with pytest.raises(ValidationError, match="metadata"):
        ModelCreate.model_validate({**MODEL, "metadata": metadata})


def test_metadata_may_be_nested() -> None:
    metadata = {"a": nested(6)}
    assert ModelCreate.model_validate({**MODEL, "metadata": metadata}).metadata_ == metadata
