from collections.abc import Sequence
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from catalogue_api.catalogue.claims import Claim, ClaimQuery, list_claims
from catalogue_api.console.charts.intervals import Interval, Intervals
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.resources import Database

router = page_router()


@router.get("/claims")
async def claims(db: Database, console: Console, asked: Annotated[ClaimQuery, Query()]) -> Response:
    found = await list_claims(db, asked)
    places = {claim.event_id: place for place, claim in enumerate(found.items, 1)}
    return console.page("claims.html", claims=found, asked=asked, places=places, scale=_scale(found.items))


def _scale(claims: Sequence[Claim]) -> Intervals | None:
    """None where scores are of several metrics or units: no scale is all of theirs."""
    if len({(claim.metric, claim.unit) for claim in claims}) != 1:
        return None
    return Intervals.of(
        [
            Interval(
                *(claim.score if bound is None else bound for bound in (claim.low, claim.score, claim.high))
            )
            for claim in claims
        ]
    )
