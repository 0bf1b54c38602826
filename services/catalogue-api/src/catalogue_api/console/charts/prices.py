"""What a model cost, as steps: from the day of each price to that of the next, the last one until today."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from catalogue_schema.tables import ModelPriceResponse

from catalogue_api.console.charts.plots import Axis, Plot, Point, Series
from catalogue_api.console.formats import money

DRAWN = 4
"""Providers, of which each has two lines: more could not be told apart."""


def price_steps(prices: Sequence[ModelPriceResponse], today: date) -> Plot | None:
    """Of the providers that are cheapest now, in the currency of most prices; None where there is none."""
    if not prices:
        return None
    [(currency, _)] = Counter(price.currency for price in prices).most_common(1)
    by_provider: defaultdict[str, list[ModelPriceResponse]] = defaultdict(list)
    for price in sorted(prices, key=lambda price: price.valid_from):
        if price.currency == currency:
            by_provider[price.provider].append(price)
    cheapest = sorted(by_provider, key=lambda name: (by_provider[name][-1].output, name))[:DRAWN]
    series = [
        _steps(f"{provider}, {what}", by_provider[provider], what, look, today)
        for what, first in (("output", 1), ("input", 1 + DRAWN))
        for look, provider in enumerate(cheapest, first)
    ]
    return Plot(
        "Prices over time",
        Axis("day", "days"),
        Axis(f"{currency} per million tokens", from_zero=True),
        series,
    )


def _steps(name: str, prices: Iterable[ModelPriceResponse], what: str, look: int, today: date) -> Series:
    points = [
        Point(price.valid_from.toordinal(), asked, f"{name}: {_said(price, asked)} from {price.valid_from}")
        for price in prices
        for asked in (getattr(price, what),)
    ]
    last = points[-1]
    if last.x < today.toordinal():
        points.append(Point(today.toordinal(), last.y, f"{name}: the same today"))
    return Series(name, points, "steps", look)


def _said(price: ModelPriceResponse, asked: float) -> str:
    return money(asked) if price.currency == "USD" else f"{asked:g} {price.currency}"
