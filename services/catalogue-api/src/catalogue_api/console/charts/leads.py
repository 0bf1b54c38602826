"""Who led a benchmark: a step for each that took the lead, at the score with which it did."""

from collections.abc import Sequence
from datetime import date

from catalogue_api.catalogue.leads import Lead
from catalogue_api.console.charts.plots import Axis, Plot, Point, Series
from catalogue_api.console.charts.value import short
from catalogue_api.console.formats import number, path_of


def lead_steps(leads: Sequence[Lead], score: str, today: date) -> Plot | None:
    """`leads` come with the latest first; `score` is the axis's name, with its unit."""
    if not leads:
        return None
    points = [
        Point(
            lead.since.toordinal(),
            lead.score,
            f"{lead.model} led from {lead.since} with {number(lead.score)}",
            path_of("models", lead.model),
            short(lead.model),
        )
        for lead in reversed(leads)
    ]
    end = (leads[0].until or max(today, leads[0].since)).toordinal()
    if end > points[-1].x:
        points.append(Point(end, leads[0].score, f"{leads[0].model} until {leads[0].until or 'today'}"))
    return Plot(
        "The score with which each took the lead",
        Axis("day", "days"),
        Axis(score),
        [Series("lead", points, "steps", 2)],
    )
