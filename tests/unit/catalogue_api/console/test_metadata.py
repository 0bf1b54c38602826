"""Metadata are whatever somebody sent: what is known of them is told in words, the rest is passed by."""

from typing import Any

import pytest
from catalogue_api.console.metadata import context, open_weights, said_in
from hypothesis import given
from hypothesis import strategies as st

KNOWN = {
    "family": "borealis",
    "limit": {"context": 400000, "output": 128000},
    "modalities": {"input": ["text", "image"], "output": ["text"]},
    "reasoning": True,
    "tool_call": True,
    "attachment": False,
    "knowledge": "2025-04",
    "open_weights": True,
}
json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=5,
)


def test_what_a_reader_asks_first_is_told_in_words() -> None:
    assert [*map(tuple, said_in(KNOWN))] == [
        ("Family", "borealis"),
        ("Context", "400,000 tokens"),
        ("Longest answer", "128,000 tokens"),
        ("Reads", "text, image"),
        ("Writes", "text"),
        ("Can do", "reasoning, calling tools"),
        ("Knows until", "2025-04"),
    ]
    assert open_weights(KNOWN) is True
    assert context(KNOWN) == "400,000 tokens"


@pytest.mark.parametrize("nothing", [None, {}, {"open_weights": "yes", "limit": {"context": True}}])
def test_what_is_not_said_is_left_out(nothing: dict[str, Any] | None) -> None:
    assert said_in(nothing or {}) == []
    assert open_weights(nothing) is None
    assert context(nothing) == ""


@given(st.dictionaries(st.sampled_from([*KNOWN]), json))
def test_metadata_of_any_shape_are_told_or_passed_by(metadata: dict[str, Any]) -> None:
    assert all(fact.text for fact in said_in(metadata))
