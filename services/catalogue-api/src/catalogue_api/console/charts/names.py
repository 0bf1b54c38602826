"""Where the names of points stand: beside them, and none upon another."""

from collections.abc import Sequence
from typing import NamedTuple

LETTER, LINE = 6.8, 13.0
"""About what a letter and a line take, in the picture's units."""
SIDES = (
    (-6, -11, "end"),
    (6, -11, "start"),
    (8, 0, "start"),
    (-8, 0, "end"),
    (6, 12, "start"),
    (-6, 12, "end"),
    (10, -22, "start"),
    (10, 24, "start"),
    (-10, -22, "end"),
    (-10, 24, "end"),
)


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def is_in(self, whole: "Box") -> bool:
        across = whole.left <= self.left and self.right <= whole.right
        return across and whole.top <= self.top and self.bottom <= whole.bottom


class Name(NamedTuple):
    x: float
    y: float
    anchor: str
    text: str

    @property
    def box(self) -> Box:
        width = LETTER * len(self.text)
        left = self.x if self.anchor == "start" else self.x - width
        return Box(left, self.y - LINE / 2, left + width, self.y + LINE / 2)


def place_names(
    points: Sequence[tuple[float, float, str]], others: Sequence[tuple[float, float]], whole: Box
) -> list[Name]:
    """The first ones first: free of all points, or of those with names at least; else a name is left out."""
    named = [_around(x, y) for x, y, _ in points]
    crowd = [_around(x, y) for x, y in others]
    placed: list[Name] = []
    for x, y, text in points:
        beside = [Name(x + across, y + down, anchor, text) for across, down, anchor in SIDES]
        fit = [each for each in beside if each.box.is_in(whole)]
        for taken in (named + crowd, named):
            name = next((each for each in fit if not any(map(each.box.meets, taken))), None)
            if name is not None:
                placed.append(name)
                named.append(name.box)
                break
    return placed


def _around(x: float, y: float) -> Box:
    return Box(x - 4, y - 4, x + 4, y + 4)
