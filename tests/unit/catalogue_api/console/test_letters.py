from base64 import b64encode

import pytest
from catalogue_api.catalogue.dead_letters import Bytes
from catalogue_api.catalogue.letter_counts import Count
from catalogue_api.console.letters import (
    MEND,
    MOST_CHARACTERS,
    MOST_DUMPED,
    Shown,
    by_reason,
    headers_of,
    matching,
)
from catalogue_schema.events import Reason
from hypothesis import given
from hypothesis import strategies as st


def shown(data: bytes) -> Shown:
    found = Shown.of(Bytes.of(data))
    assert found is not None
    return found


def test_json_is_indented_and_what_is_none_stays_as_it_is() -> None:
    assert shown(b'{"b": [1], "a": "\\u0000"}') == (
        "JSON",
        '{\n  "b": [\n    1\n  ],\n  "a": "\\u0000"\n}',
        25,
        0,
    )
    assert shown(b'{"a": 1').text == '{"a": 1'
    assert shown(b'{"a": "\\ud800"}').form == "text"
    assert shown(b"12").form == "text"
    assert Shown.of(None) is None


def test_control_characters_are_seen() -> None:
    assert shown(b"a\x00\x1b[2Jb\n\tc\x7f").text == "a␀␛[2Jb\n\tc␡"


def test_what_is_no_text_is_dumped_with_its_places() -> None:
    dumped = shown(b"\xff" + bytes(range(60, 78)))
    assert dumped.form == "hexadecimal"
    assert dumped.text == (
        "00000000  ff 3c 3d 3e 3f 40 41 42 43 44 45 46 47 48 49 4a  .<=>?@ABCDEFGHIJ\n"
        "00000010  4b 4c 4d                                         KLM"
    )


def test_what_is_long_is_cut_and_says_how_much_more_there_is() -> None:
    text, raw = shown(b"x" * (MOST_CHARACTERS + 7)), shown(b"\xff" * (MOST_DUMPED + 5))
    assert (len(text.text), text.more, text.size) == (MOST_CHARACTERS, 7, MOST_CHARACTERS + 7)
    assert (raw.more, raw.size) == (5, MOST_DUMPED + 5)
    ((_, header),) = headers_of([("h", b64encode(b"y" * 10_000).decode())])
    assert len(header) < 1000


@given(st.binary(max_size=300))
def test_any_bytes_can_be_shown(data: bytes) -> None:
    shown(data).text.encode()  # which half of a surrogate pair would not let it
    assert shown(data).size == len(data)


@given(st.text(max_size=300))
def test_any_text_can_be_shown(text: str) -> None:
    assert shown(b'["' + text.encode() + b'"]').size == len(text.encode()) + 4


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_how_it_is_put_right(reason: Reason) -> None:
    assert len(MEND[reason]) > 40


def test_letters_are_counted_by_reason_and_status() -> None:
    counts = [
        Count(reason="invalid", status="open", count=3),
        Count(reason="unknown_model", status="open", count=2),
        Count(reason="invalid", status="recorded", count=1),
    ]
    assert by_reason(counts) == {"invalid": {"open": 3, "recorded": 1}, "unknown_model": {"open": 2}}
    assert [matching(counts, *asked) for asked in ((None, None), ("invalid", None), (None, "open"))] == [
        6,
        4,
        5,
    ]
