"""The share of positive opinions of several models, month by month.

Of a month and the two before it: of one alone they are mostly too few to tell more than chance.
"""

from collections.abc import Sequence

from catalogue_api.catalogue.compare import Compared
from catalogue_api.catalogue.sentiment import Month
from catalogue_api.console.charts.plots import Axis, Plot, Point, Series

MONTHS = 36
TOGETHER = 3


def positive_shares(models: Sequence[Compared]) -> Plot | None:
    """Of months with an opinion that has a sentiment; None where there is none."""
    series = [
        Series(compared.model.name, _points(compared), "line", look)
        for look, compared in enumerate(models, 1)
    ]
    drawn = [each for each in series if each.points]
    if not drawn:
        return None
    return Plot(
        "Positive opinions, of each month and the two before",
        Axis("month", "days"),
        Axis("positive opinions (%)", limits=(0.0, 100.0)),
        drawn,
    )


def _points(compared: Compared) -> list[Point]:
    points = []
    for month in reversed(compared.sentiment[:MONTHS]):
        near = [each.opinions for each in compared.sentiment if 0 <= _months(each, month) < TOGETHER]
        of, positive = sum(sum(each.values()) for each in near), sum(each["positive"] for each in near)
        if any(month.opinions.values()):
            share = 100 * positive / of
            text = f"{compared.model.name}, {TOGETHER} months to {month.month:%B %Y}: "
            text += f"{share:.0f} % of {of:,} positive"
            points.append(Point(month.month.toordinal(), share, text))
    return points


def _months(one: Month, other: Month) -> int:
    """From the one to the other."""
    return 12 * (other.month.year - one.month.year) + other.month.month - one.month.month
