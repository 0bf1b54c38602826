"""Standing on benchmarks against what people say: on the line both are the same."""

from collections.abc import Sequence

from catalogue_api.catalogue.agreement import Agreement
from catalogue_api.console.charts.plots import Axis, Plot, Point, Series
from catalogue_api.console.charts.value import short
from catalogue_api.console.formats import path_of, percent

OUTLIERS = 8
"""Models that are named: those whose two figures differ most."""
WHOLE = (0.0, 100.0)


def scores_and_opinions(items: Sequence[Agreement]) -> Plot | None:
    """`items` come with those first that differ most."""
    if not items:
        return None
    liked = [each for each in items if each.difference >= 0]
    scored = [each for each in items if each.difference < 0]
    named = {each.model for each in items[:OUTLIERS]}
    same = [Point(at, at, f"both {at:.0f} %") for at in WHOLE]
    return Plot(
        "Standing on benchmarks and in opinions",
        Axis("percentile on benchmarks (%)", limits=WHOLE),
        Axis("positive opinions (%)", limits=WHOLE),
        [
            Series("liked better than it scores", [_point(each, named) for each in liked], "dots", 1),
            Series("scores better than it is liked", [_point(each, named) for each in scored], "dots", 2),
            Series("both the same", same, "guide", 7),
        ],
    )


def _point(each: Agreement, named: set[str]) -> Point:
    text = f"{each.model}: {percent(each.positive)} positive, percentile {100 * each.percentile:.0f}"
    is_named = each.model in named
    path = path_of("models", each.model) if is_named else None
    name = short(each.model) if is_named else None
    return Point(100 * each.percentile, 100 * each.positive, text, path, name)
