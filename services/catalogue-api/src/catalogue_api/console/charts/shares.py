"""The share of positive opinions of several models, month by month."""

from collections.abc import Sequence

from catalogue_api.catalogue.compare import Compared
from catalogue_api.console.charts.plots import Axis, Plot, Point, Series

MONTHS = 36


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
        "Positive opinions by month",
        Axis("month", "days"),
        Axis("positive opinions (%)", limits=(0.0, 100.0)),
        drawn,
    )


def _points(compared: Compared) -> list[Point]:
    points = []
    for month in reversed(compared.sentiment[:MONTHS]):
        of, positive = sum(month.opinions.values()), month.opinions["positive"]
        if of:
            share = 100 * positive / of
            text = f"{compared.model.name}, {month.month:%B %Y}: {share:.0f} % of {of:,} positive"
            points.append(Point(month.month.toordinal(), share, text))
    return points
