import pytest
from catalogue_api.catalogue.paging import (
    BY_ID,
    BY_NAME,
    BY_SCORE,
    Page,
    PageQuery,
    decode_cursor,
    encode_cursor,
)
from catalogue_api.http.problems import Invalid
from hypothesis import given, strategies
from pydantic import TypeAdapter


@given(
    strategies.floats(allow_nan=False, allow_infinity=False), strategies.sampled_from(["a/b", "ü?&", "日本"])
)
def test_a_cursor_reads_back_exactly_as_it_was_written(score: float, name: str) -> None:
    key = ("score", score, name)

    assert decode_cursor(encode_cursor(key), BY_SCORE) == key


def test_a_cursor_needs_no_escaping_in_a_query() -> None:
    assert set(encode_cursor(("name", "~~~???>>>"))) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@pytest.mark.parametrize(
    ("cursor", "keys"),
    [
        (encode_cursor(("list", "a")), BY_ID),
        (encode_cursor(("list", 1)), BY_NAME),
        (encode_cursor(("id", 0)), BY_ID),
        (encode_cursor(("id", 2**63)), BY_ID),
        (encode_cursor(("id", 1, 2)), BY_ID),
        (encode_cursor(("name", "a\0")), BY_NAME),
        (encode_cursor(("score", float("inf"), "a")), BY_SCORE),
        ("", BY_ID),
        ("a", BY_ID),
        ("!", BY_ID),
        ("ä", BY_ID),
        ("_____", BY_ID),
        ("W1tb" * 100, BY_ID),
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str, keys: TypeAdapter[tuple[str, ...]]) -> None:
    with pytest.raises(Invalid) as refused:
        decode_cursor(cursor, keys)

    assert [error["pointer"] for error in refused.value.errors] == ["query:cursor"]


def test_the_last_page_says_so_with_null() -> None:
    assert Page[int](items=[1], next_cursor=None).model_dump() == {"items": [1], "next_cursor": None}


class Query(PageQuery):
    order: str = "desc"


def test_a_cursor_belongs_to_the_list_that_gave_it() -> None:
    cursor = encode_cursor((Query().list_id("MMLU"), 7))

    assert Query(cursor=cursor, limit=10).after(BY_ID, "MMLU")
    for query, of in [(Query(cursor=cursor, order="asc"), "MMLU"), (Query(cursor=cursor), "GSM8K")]:
        with pytest.raises(Invalid) as refused:
            query.after(BY_ID, of)
        assert "other filters or another order" in refused.value.errors[0]["reason"]
