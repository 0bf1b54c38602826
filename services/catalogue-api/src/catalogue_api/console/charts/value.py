"""Cost against quality: each model a point, and the line of those that none beats at their price."""

from collections import Counter
from collections.abc import Sequence

from catalogue_api.catalogue.value import Value
from catalogue_api.console.charts.plots import Axis, Plot, Point, Series
from catalogue_api.console.formats import number, path_of, unit


def cost_and_score(items: Sequence[Value], title: str) -> Plot | None:
    """Of those that cost something: a logarithmic axis has no place for nothing. None where there is none."""
    priced = [each for each in items if each.cost > 0]
    if not priced:
        return None
    frontier = sorted((each for each in priced if each.on_frontier), key=lambda each: each.cost)
    others = [_point(each) for each in priced if not each.on_frontier]
    best = Series(
        "best at its price, the frontier", [_point(each, named=True) for each in frontier], "steps", 2
    )
    said = Counter((each.metric, each.unit) for each in priced if each.metric)
    metric, of = max(said, key=said.__getitem__, default=(None, None))
    return Plot(
        title,
        Axis(f"{priced[0].currency} per million tokens, logarithmic", "factor"),
        Axis(score_axis(metric, of)),
        [each for each in (Series("others", others, "dots", 1), best) if each.points],
    )


def _point(value: Value, *, named: bool = False) -> Point:
    text = f"{value.model}: {number(value.score)} for {number(value.cost)} {value.currency}"
    path = path_of("models", value.model) if named else None
    return Point(value.cost, value.score, text, path, short(value.model) if named else None)


def score_axis(metric: str | None, of: str | None) -> str:
    """The name of an axis of scores, with the unit that they are of."""
    return f"{metric or 'score'} ({unit(of) or of or 'no unit given'})"


def short(model: str) -> str:
    """Without its organisation, as it stands beside a point."""
    return model.rpartition("/")[2]
