"""Counts by month, stacked: what is said of something, and how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from catalogue_api.catalogue import sentiment
from catalogue_api.console.charts.plots import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Axis
from catalogue_api.console.charts.scales import Days, Linear, Tick

HEIGHT = 260.0
GAP = 0.15
"""The part of a month's width that stays free."""


class Month(NamedTuple):
    """`counts` by what they count, as `kinds` of the whole has them."""

    first: date
    counts: Mapping[str, int]


class Block(NamedTuple):
    kind: str
    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Months:
    """The first of `kinds` stands lowest; each is the name of its colour in the style sheet."""

    title: str
    y: Axis
    kinds: Sequence[str]
    months: Sequence[Month]

    x = Axis("month")
    width, height = WIDTH, HEIGHT
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM

    @property
    def _days(self) -> Days:
        first, last = min(each.first for each in self.months), max(each.first for each in self.months)
        return Days(first.toordinal(), _next(last).toordinal(), self.left, self.right)

    @property
    def _counts(self) -> Linear:
        most = max(sum(each.counts.values()) for each in self.months)
        return Linear(0, 1.05 * most or 1.0, self.bottom, self.top)

    @property
    def x_ticks(self) -> Sequence[Tick]:
        """Below the middle of their months."""
        days, first = self._days, min(each.first for each in self.months)
        half = (days(_next(first).toordinal()) - days(first.toordinal())) / 2
        return [Tick(tick.place + half, tick.text) for tick in days.ticks if tick.place + half < self.right]

    @property
    def y_ticks(self) -> Sequence[Tick]:
        return [tick for tick in self._counts.ticks if "." not in tick.text]

    @property
    def blocks(self) -> list[Block]:
        return [block for month in self.months for block in self._stack(month)]

    def _stack(self, month: Month) -> list[Block]:
        days, counts, stack, below = self._days, self._counts, [], 0
        start, end = days(month.first.toordinal()), days(_next(month.first).toordinal())
        for kind in self.kinds:
            count = month.counts.get(kind, 0)
            if count:
                y, text = counts(below + count), f"{month.first:%B %Y}: {count:,} {kind}"
                gap, height = (end - start) * GAP, counts(below) - y
                places = (start + gap / 2, y, end - start - gap, height)
                x, y, width, height = (round(each, 1) for each in places)
                stack.append(Block(kind, x, y, width, height, text))
            below += count
        return stack


def sentiment_months(title: str, months: Sequence[sentiment.Month]) -> Months | None:
    """None where nothing was said. What has no sentiment stands above the rest, where there is any."""
    told = [
        Month(each.month, dict[str, int](each.opinions.items()) | {"unclassified": each.unclassified})
        for each in months
    ]
    told = [each for each in told if any(each.counts.values())]
    kinds = ["negative", "mixed", "neutral", "positive"]
    if any(each.unclassified for each in months):
        kinds.append("unclassified")
    return Months(title, Axis("opinions"), kinds, told) if told else None


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
