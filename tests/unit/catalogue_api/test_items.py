import asyncio
from typing import Any

import pytest
from catalogue_api.http.items import MAX_ERRORS, Rejected, Undecodable, ndjson, validate_items, validated
from catalogue_api.http.problems import FieldError, NothingValid, TooLarge
from pydantic import BaseModel


def test_lines_are_items_and_blank_lines_are_none() -> None:
    assert list(ndjson(b'\n{"a": 1}\r\n  \n2\n\n"\xc3\xa4"')) == [{"a": 1}, 2, "ä"]


def test_a_line_that_is_not_json_is_named_by_its_number() -> None:
    whole, cut = ndjson(b'\n1\n\n{"a": ')

    assert whole == 1
    assert isinstance(cut, Undecodable)
    assert cut.reason.startswith("line 4 is not JSON")


def even(value: int) -> int:
    if value % 2:
        raise Rejected(FieldError(pointer="", reason="is odd"))
    return value


async def test_each_item_is_validated_alone_and_keeps_its_index() -> None:
    batch = await validate_items([0, 1, Undecodable("no"), 4], even, 4)

    assert batch.accepted == [0, 4]
    assert batch.rejected == [
        {"index": 1, "errors": [{"pointer": "", "reason": "is odd"}]},
        {"index": 2, "errors": [{"pointer": "", "reason": "no"}]},
    ]


async def test_more_items_than_the_limit_are_refused_as_a_whole() -> None:
    with pytest.raises(TooLarge):
        await validate_items(range(5), lambda value: value, 4)


async def test_no_valid_item_at_all_is_an_error() -> None:
    with pytest.raises(NothingValid) as refused:
        await validate_items([1, 3], even, 10)

    assert [item["index"] for item in refused.value.rejected] == [0, 1]


async def test_validating_many_items_lets_others_run() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(other())
    await validate_items(range(0, 20_000, 2), even, 10_000)
    running.cancel()

    assert turns > 10


class Record(BaseModel, extra="forbid"):
    name: str


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        ({}, ["/name"]),
        ({"name": 1, "x": 1}, ["/name", "/x"]),
        ([], [""]),
        ({str(n): n for n in range(1000)}, [""]),
    ],
)
def test_what_is_wrong_with_a_record_is_pointed_at(value: Any, pointers: list[str]) -> None:
    with pytest.raises(Rejected) as refused:
        validated(Record, value)

    assert [error["pointer"] for error in refused.value.errors] == pointers


def test_not_every_error_of_one_item_is_reported() -> None:
    with pytest.raises(Rejected) as refused:
        validated(Record, {str(n): n for n in range(50)})

    assert len(refused.value.errors) == MAX_ERRORS
