"""The pipeline: what flows, what waits, what failed, and what to do about it."""

from collections.abc import Mapping

from starlette.responses import Response

from catalogue_api.console.charts.flow import Flow, rate, state_of
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.pipeline.picture import API, DATABASE, INGEST, KAFKA, SENTIMENT, Status
from catalogue_api.resources import Resources

HELP: Mapping[tuple[str, Status], str] = {
    (
        KAFKA,
        "away",
    ): "New events are refused with 503, and producers send them again; what got a 202 is kept.",
    (
        DATABASE,
        "away",
    ): "Events are still taken, and wait on the topics; pages and reads are refused with 503.",
    (SENTIMENT, "away"): "Opinions wait on their topic, and none is lost.",
    (SENTIMENT, "stuck"): "Opinions wait. The worker's log says what it repeats, and why.",
    (INGEST, "away"): "Events wait on their topics, and none is lost.",
    (INGEST, "stuck"): "Events wait. The worker's log says what it repeats, and why: mostly the database.",
}
"""What a state means for those who use the system."""
SERVICES: Mapping[str, str] = {DATABASE: "postgres", API: "catalogue-api"}
"""As Compose names them, where that is another name."""

router = page_router()


@router.get("/pipeline")
async def pipeline(resources: Resources, console: Console, *, still: bool = False) -> Response:
    """Looks again by itself, unless it is asked to stand `still`."""
    picture = await resources.pipeline.picture()
    return console.page(
        "pipeline.html",
        picture=picture,
        flow=Flow(picture),
        wrong=[part for part in picture.parts if part.status not in {"ok", "unknown"}],
        help=HELP,
        services=SERVICES,
        state_of=state_of,
        rate=rate,
        still=still,
    )
