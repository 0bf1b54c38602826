import json
from typing import Any

import pytest
from catalogue_api.http.items import Items
from catalogue_api.http.problems import Malformed, TooLarge
from catalogue_api.http.splitting import MAX_ITEM_BYTES, MAX_LINES, Array, Lines, Whole, has_more_commas
from hypothesis import given, strategies

VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
)


def items(split: Items) -> list[bytes]:
    return [item for item in split if item is not None]


@given(strategies.lists(VALUES), strategies.sampled_from([None, 1]), strategies.booleans())
def test_an_array_is_split_where_its_items_end(
    values: list[Any], indent: int | None, ascii_only: bool
) -> None:
    body = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    assert [json.loads(item) for item in items(Array(body))] == values


@pytest.mark.parametrize("lead", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n\t"])
def test_a_byte_order_mark_and_white_space_are_no_items(lead: bytes) -> None:
    assert items(Array(lead + b" [1 , 2] \n")) == [b"1 ", b" 2"]
    assert items(Array(lead + b"[ ]")) == []
    assert items(Lines(lead + b"\n1\r\n  \n2\n\n")) == [b"1\r", b"2"]


@pytest.mark.parametrize(
    "body", [b"[", b"[1", b"[1,", b'["a]', b'["\\', b"[1}", b"[1] 2", b"[[1]", b"[1],", b"[" * 1_000]
)
def test_an_array_that_does_not_end_as_one_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        items(Array(body))


@pytest.mark.parametrize("body", [b"[1,]", b"[,1]", b"[,]"])
def test_an_item_of_nothing_is_an_item_for_json_to_refuse(body: bytes) -> None:
    assert b"" in items(Array(body))


@pytest.mark.parametrize(
    "body", [b'["', b"[" + b'"\\"' * 1_000_000, b"[" + b"a" * 5_000_000, b'["' + b"\\" * 5_000_001]
)
def test_splitting_takes_time_in_proportion_to_the_body(body: bytes) -> None:
    with pytest.raises((Malformed, TooLarge)):
        items(Array(body))


def test_an_item_of_an_array_may_not_be_larger_than_a_message() -> None:
    with pytest.raises(TooLarge):
        items(Array(b"[1,[" + b"2," * MAX_ITEM_BYTES))
    with pytest.raises(TooLarge):
        items(Array(b'["' + b"a" * MAX_ITEM_BYTES + b'"]'))


def test_long_work_without_an_item_gives_way() -> None:
    assert None in list(Lines(b"\n" * 50_000 + b"1"))


def test_too_many_lines_are_refused_blank_or_not() -> None:
    with pytest.raises(TooLarge):
        Lines(b"\n" * (MAX_LINES + 1))


def test_what_is_not_json_is_named_by_where_it_stands() -> None:
    split = Lines(b"\n1\n\n{")
    assert items(split)[-1] == b"{"
    assert split.not_json("why").errors[0]["reason"] == "line 4 is not JSON: why"
    for whole in (Whole(b"{"), Array(b"[{}1]")):
        next(iter(whole))
        with pytest.raises(Malformed, match="why"):
            whole.not_json("why")


@given(strategies.lists(strategies.text() | strategies.integers()))
def test_commas_are_counted_outside_of_strings(values: list[Any]) -> None:
    raw, commas = json.dumps([*values, 1, 2]).encode(), len(values) + 1

    assert has_more_commas(raw, commas - 1)
    assert not has_more_commas(raw, commas)


@pytest.mark.parametrize(
    "raw", [b'"' + b"," * 1_000_000, b'"\\"' * 1_000_000 + b",", b"1" * 5_000_000 + b",,"]
)
def test_counting_takes_time_in_proportion_to_the_body(raw: bytes) -> None:
    assert not has_more_commas(raw, 1_000_000)
    has_more_commas(raw, 0)
