import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from catalogue_api.http.items import MAX_ERRORS, Items, NotJson, Rejected, validate_items, validated
from catalogue_api.http.problems import FieldError, NothingValid, TooLarge
from catalogue_api.http.splitting import Lines
from pydantic import BaseModel


def even(raw: bytes) -> int:
    try:
        value = int(raw)
    except ValueError as error:
        raise NotJson("no number") from error
    if value % 2:
        raise Rejected(FieldError(pointer="", reason="is odd"))
    return value


def lines(*numbers: object) -> Items:
    return Lines("\n".join(map(str, numbers)).encode())


async def test_each_item_is_validated_alone_and_keeps_its_index() -> None:
    batch = await validate_items(lines(0, 1, "", "x", 4), even, 4)

    assert batch.accepted == [0, 4]
    assert batch.rejected == [
        {"index": 1, "errors": [{"pointer": "", "reason": "is odd"}]},
        {"index": 2, "errors": [{"pointer": "", "reason": "line 4 is not JSON: no number"}]},
    ]


async def test_more_items_than_the_limit_are_refused_as_a_whole() -> None:
    with pytest.raises(TooLarge):
        await validate_items(lines(*range(5)), even, 4)


async def test_no_valid_item_at_all_is_an_error() -> None:
    with pytest.raises(NothingValid) as refused:
        await validate_items(lines(1, 3), even, 10)

    assert [item["index"] for item in refused.value.rejected] == [0, 1]


class Nothing:
    """Works on and on, and finds no item."""

    def __iter__(self) -> Iterator[bytes | None]:
        yield from [None] * 20
        yield b"2"

    def not_json(self, why: str) -> Rejected:
        raise AssertionError(why)


@pytest.mark.parametrize(
    "items", [lines(*range(0, 20_000, 2)), lines(*[" " * 100_000 + "2"] * 40), Nothing()]
)
async def test_validating_much_lets_others_run(items: Items) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(other())
    await validate_items(items, even, 10_000)
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
