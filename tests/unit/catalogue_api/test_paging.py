import pytest
from catalogue_api.paging import BY_ID, BY_NAME, BY_SCORE, Page, decode_cursor, encode_cursor
from catalogue_api.problems import Invalid
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
        (encode_cursor(("name", "a")), BY_ID),
        (encode_cursor(("id", 1)), BY_NAME),
        (encode_cursor(("id", 0)), BY_ID),
        (encode_cursor(("id", 2**31)), BY_ID),
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
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str, keys: TypeAdapter[object]) -> None:
    with pytest.raises(Invalid) as refused:
        decode_cursor(cursor, keys)

    assert [error["pointer"] for error in refused.value.errors] == ["query:cursor"]


def test_the_last_page_says_so_with_null() -> None:
    assert Page[int](items=[1], next_cursor=None).model_dump() == {"items": [1], "next_cursor": None}
