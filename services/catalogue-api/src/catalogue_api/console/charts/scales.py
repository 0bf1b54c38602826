"""From values to places in a picture, and which values to write beside it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

STEPS = (1, 2, 2.5, 5, 10)
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000)
"""Distances of marks that a reader counts by."""
DRAWN = 1e150
"""What is larger is no score or price that a picture could show, nor a number that one can reckon with."""


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    text: str


class Scale(Protocol):
    """Values between two places, in the picture's units."""

    def __call__(self, value: float, /) -> float: ...

    @property
    def ticks(self) -> Sequence[Tick]: ...


@dataclass(frozen=True, slots=True)
class Linear:
    """`low` stands at `start`, `high` at `end`; `start` may be the greater of the two."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[Tick]:
        step = step_of(self.high - self.low)
        digits = max(
            0, -math.floor(math.log10(step) + 1e-9) + (step / 10 ** math.floor(math.log10(step)) == 2.5)
        )
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [Tick(self(n * step), f"{n * step:,.{digits}f}") for n in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """For values above 0 of several orders of magnitude."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[Tick]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        marks = (1, 3) if self.high / self.low < 10**3.5 else (1,)
        values = [10**n * m for n in range(first, last + 1) for m in marks]
        return [
            Tick(self(v), f"{v:,.10g}")
            for v in values
            if self.low <= v * (1 + 1e-9) and v <= self.high * (1 + 1e-9)
        ]


@dataclass(frozen=True, slots=True)
class Days:
    """Dates, as their ordinals; marked at the beginnings of months or years."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return Linear(self.low, self.high, self.start, self.end)(value)

    @property
    def ticks(self) -> list[Tick]:
        first, last = _day(self.low), _day(self.high)
        months = (last.year - first.year) * 12 + last.month - first.month
        step = next((each for each in MONTHS if months / each <= 7), MONTHS[-1])
        begin = first.year * 12 + first.month - 1
        marks = (n for n in range(begin - begin % step, begin + months + 1, step) if n >= 12)
        days = [date(n // 12, n % 12 + 1, 1) for n in marks]
        return [
            Tick(self(d.toordinal()), f"{d:%Y}" if step >= 12 else f"{d:%b %Y}")
            for d in days
            if first <= d <= last
        ]


def _day(ordinal: float) -> date:
    """The nearest that there is: years are from 1 to 9999."""
    return date.fromordinal(min(max(round(ordinal), 1), date.max.toordinal()))


def step_of(span: float, parts: int = 5) -> float:
    """A distance of about a fifth of the span that is 1, 2, 2.5 or 5 times a power of ten."""
    rough = span / parts
    power: float = 10 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))


def spread(values: Iterable[float], *, from_zero: bool = False) -> tuple[float, float]:
    """From a little below the least to a little above the greatest, and never nothing."""
    known = [value for value in values if abs(value) < DRAWN] or [0.0, 1.0]
    low, high = min(known), max(known)
    if from_zero:
        low, high = min(0.0, low), max(0.0, high)
    margin = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return (low if from_zero and low == 0 else low - margin), high + margin


def spread_by_factor(values: Iterable[float]) -> tuple[float, float]:
    """The same for a logarithmic scale."""
    known = [value for value in values if 0 < value < DRAWN] or [1.0]
    low, high = min(known), max(known)
    factor = max(1.25, (high / low) ** 0.05)
    return low / factor, high * factor
