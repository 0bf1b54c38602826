"""Charts with two axes: lines, dots and steps, placed for templates/_charts.html to draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from catalogue_api.console.charts.names import Box, Name, place_names
from catalogue_api.console.charts.scales import (
    Days,
    Linear,
    Logarithmic,
    Scale,
    Tick,
    spread,
    spread_by_factor,
)

WIDTH, HEIGHT = 720.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 16.0, 52.0
"""Room around what is drawn, for the axes' marks and names; units of the picture, about pixels."""

Kind = Literal["number", "days", "factor"]
SCALES: Mapping[Kind, Callable[[float, float, float, float], Scale]] = {
    "number": Linear,
    "days": Days,
    "factor": Logarithmic,
}


class Point(NamedTuple):
    """`text` is what is said of it; `path` leads to its page; `name` is written beside it."""

    x: float
    y: float
    text: str
    path: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """`shape` of the whole: points alone, joined, joined by steps, or a guide: a line without points.

    `look` counts from 1 to 8: a colour with a mark of its own, so that the colour has no meaning alone.
    """

    name: str
    points: Sequence[Point]
    shape: Literal["dots", "line", "steps", "guide"] = "line"
    look: int = 1


@dataclass(frozen=True, slots=True)
class Axis:
    """`name` with its unit, such as `score (%)`."""

    name: str
    kind: Kind = "number"
    from_zero: bool = False
    limits: tuple[float, float] | None = None

    def scale(self, values: Sequence[float], start: float, end: float) -> Scale:
        if self.limits is not None:
            low, high = self.limits
        elif self.kind == "factor":
            low, high = spread_by_factor(values)
        else:
            low, high = spread(values, from_zero=self.from_zero)
        return SCALES[self.kind](low, high, start, end)


class Mark(NamedTuple):
    x: float
    y: float
    point: Point


@dataclass(frozen=True, slots=True)
class Placed:
    series: Series
    marks: Sequence[Mark]
    line: str
    """The `d` of an SVG path; empty for dots."""


@dataclass(frozen=True, slots=True)
class Plot:
    """`title` says what is to be seen; the page has the same as a table."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = field(default=WIDTH - RIGHT)
    top: float = TOP
    bottom: float = field(default=HEIGHT - BOTTOM)

    @property
    def x_scale(self) -> Scale:
        return self.x.scale([p.x for s in self.series for p in s.points], self.left, self.right)

    @property
    def y_scale(self) -> Scale:
        return self.y.scale([p.y for s in self.series for p in s.points], self.bottom, self.top)

    @property
    def x_ticks(self) -> Sequence[Tick]:
        return self.x_scale.ticks

    @property
    def y_ticks(self) -> Sequence[Tick]:
        return self.y_scale.ticks

    @property
    def names(self) -> list[Name]:
        marks = [mark for placed in self.placed for mark in placed.marks]
        points = [(mark.x, mark.y, mark.point.name) for mark in marks if mark.point.name]
        others = [(mark.x, mark.y) for mark in marks if not mark.point.name]
        return place_names(points, others, Box(self.left, 0, self.width, self.bottom))

    @property
    def placed(self) -> list[Placed]:
        x, y = self.x_scale, self.y_scale
        return [
            Placed(each, marks, _line(marks, each.shape))
            for each in self.series
            for marks in ([Mark(round(x(p.x), 1), round(y(p.y), 1), p) for p in each.points],)
        ]


def _line(marks: Sequence[Mark], shape: str) -> str:
    if shape == "dots" or not marks:
        return ""
    first, *rest = marks
    if shape == "steps":
        return f"M{first.x} {first.y}" + "".join(f"H{mark.x}V{mark.y}" for mark in rest)
    return f"M{first.x} {first.y}" + "".join(f"L{mark.x} {mark.y}" for mark in rest)
