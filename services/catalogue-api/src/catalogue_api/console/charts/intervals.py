"""Scores with the intervals that hold them, a line each, on one scale for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from catalogue_api.console.charts.scales import Linear, Tick, spread

WIDTH = 240.0
HEIGHT = 20.0
MARGIN = 6.0


class Interval(NamedTuple):
    low: float
    score: float
    high: float


@dataclass(frozen=True)
class Intervals:
    """Of all rows of a table, so that one can compare them at a glance."""

    scale: Linear

    @classmethod
    def of(cls, intervals: Sequence[Interval]) -> "Intervals":
        low, high = spread([value for each in intervals for value in each])
        return cls(Linear(low, high, MARGIN, WIDTH - MARGIN))

    width = WIDTH
    height = HEIGHT

    @cached_property
    def ticks(self) -> list[Tick]:
        return self.scale.ticks

    @cached_property
    def rules(self) -> str:
        """The `d` of an SVG path: a line for each mark of the scale."""
        return "".join(f"M{tick.place:.1f} 0v{HEIGHT:g}" for tick in self.ticks)

    def place(self, low: float, score: float, high: float) -> Interval:
        return Interval(*(round(self.scale(value), 1) for value in (low, score, high)))
