"""Scores with the intervals that hold them, a line each, on one scale for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalogue_api.console.charts.scales import Linear, Tick, spread

WIDTH = 240.0
HEIGHT = 20.0
MARGIN = 6.0


class Interval(NamedTuple):
    low: float
    score: float
    high: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """Of all rows of a table, so that one can compare them at a glance."""

    scale: Linear

    @classmethod
    def of(cls, intervals: Sequence[Interval]) -> "Intervals":
        low, high = spread([value for each in intervals for value in each])
        return cls(Linear(low, high, MARGIN, WIDTH - MARGIN))

    width = WIDTH
    height = HEIGHT

    @property
    def ticks(self) -> list[Tick]:
        return self.scale.ticks

    def place(self, low: float, score: float, high: float) -> Interval:
        return Interval(*(round(self.scale(value), 1) for value in (low, score, high)))
