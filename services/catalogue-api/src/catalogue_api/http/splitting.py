"""Bodies of many items, split into the bytes of each: what is parsed at once is never large.

Each of the classes is an `Items`: whether one bad item spoils the body depends on how the items stand in it.
"""

import re
from collections.abc import Iterator
from itertools import islice

from catalogue_api.http.items import Rejected
from catalogue_api.http.problems import FieldError, Malformed, TooLarge

MAX_ITEM_BYTES = 1024 * 1024
"""What Kafka takes in one message, by default and in this catalogue's topics."""
MAX_LINES = 100_000
LINES_A_TURN = 10_000
MAX_DEPTH = 200
"""As deep as the parser goes."""
MAX_MARKS = 10_000
"""Brackets and commas of one item: a few milliseconds of work, and far more than an event has."""

BOM = b"\xef\xbb\xbf"
WHITESPACE = b" \t\r\n"

# A string, also one that is cut off. Nothing here ever goes back, or time would grow with a body's square.
STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
# Up to the next bracket or comma outside of strings, or the end.
MARK = re.compile(rb'(?:[^"\[\]{},]++|' + STRING + rb")*+([\[\]{},]|\Z)", re.DOTALL)
COMMA = re.compile(rb'(?:[^",]++|' + STRING + rb")*+(,|\Z)", re.DOTALL)

DEPTH = {b"[": 1, b"{": 1, b"]": -1, b"}": -1, b",": 0, b"": -(2**30)}
"""What each mark does to the depth; the end of the body is the end of everything."""


def has_more_commas(raw: bytes, most: int) -> bool:
    """Whether JSON has over `most` commas outside of strings, and so many fields and elements at least."""
    if raw.count(b",") <= most:
        return False
    return sum(1 for found in islice(COMMA.finditer(raw), most + 1) if found[1]) > most


class Whole:
    """A body that is one item."""

    def __init__(self, body: bytes) -> None:
        self._body = body.removeprefix(BOM)

    def __iter__(self) -> Iterator[bytes | None]:
        yield self._body

    def not_json(self, why: str) -> Rejected:
        raise Malformed(f"The body is not JSON: {why}.")


class Lines:
    """NDJSON: an item a line; blank lines are none. Raises TooLarge for too many lines, blank or not."""

    def __init__(self, body: bytes) -> None:
        if body.count(b"\n") > MAX_LINES:
            raise TooLarge(f"The body has over {MAX_LINES:,} lines: send it in several requests.")
        self._body = body.removeprefix(BOM)
        self._number = 0

    def __iter__(self) -> Iterator[bytes | None]:
        begin, end = 0, 0
        while end >= 0:
            end = self._body.find(b"\n", begin)
            line = self._body[begin : end if end >= 0 else None]
            self._number += 1
            begin = end + 1
            if line and not line.isspace():
                yield line
            elif self._number % LINES_A_TURN == 0:
                yield None

    def not_json(self, why: str) -> Rejected:
        return Rejected(FieldError(pointer="", reason=f"line {self._number} is not JSON: {why}"))


class Array:
    """A JSON array. Raises Malformed where it is none, and TooLarge for an item that is over the limit."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._number = -1
        self._begin = 0

    def __iter__(self) -> Iterator[bytes | None]:
        depth = marks = 0
        for found in MARK.finditer(self._body):
            mark, end = found[1], found.end()
            depth += DEPTH[mark]
            marks += 1
            if mark == b"[" and depth == 1:
                self._begin = end
            elif depth <= 0:
                yield from self._last(mark, end)
                return
            elif mark == b"," and depth == 1:
                yield self._next(end)
                self._begin, marks = end, 0
            elif depth > MAX_DEPTH:
                raise Malformed(f"The body is nested over {MAX_DEPTH} deep.")
            elif marks > MAX_MARKS:
                raise TooLarge(
                    f"Item {self._number + 1} of the array has over {MAX_MARKS:,} brackets and commas."
                )

    def _next(self, end: int) -> bytes:
        self._refuse_large(end)
        self._number += 1
        return self._body[self._begin : end - 1]

    def _last(self, mark: bytes, end: int) -> Iterator[bytes]:
        if mark != b"]" or self._body[end:].strip(WHITESPACE):
            raise Malformed(f"The body is not JSON: the array should end at byte {end}.")
        item = self._next(end)
        if item.strip(WHITESPACE) or self._number > 0:
            yield item

    def _refuse_large(self, end: int) -> None:
        if end - self._begin > MAX_ITEM_BYTES:
            raise TooLarge(f"An item of the array is over {MAX_ITEM_BYTES:,} bytes.")

    def not_json(self, why: str) -> Rejected:
        at = f"item {self._number}, which begins at byte {self._begin}"
        raise Malformed(f"The body is not JSON: {at}: {why}.")
