"""What became of an event, and by which way."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from catalogue_api.catalogue.receipts import Receipt, Status, find_receipts
from catalogue_api.console.formats import path_of
from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.console.ways import MEANS, MOVING, expected_on, made_at, read_row, topics_of, window_of
from catalogue_api.http.problems import Unavailable
from catalogue_api.live.looking import NEAR
from catalogue_api.resources import AppResources, Database, Resources

router = page_router()


@router.get("/events")
async def find_event(console: Console, id: Annotated[UUID | None, Query()] = None) -> Response:  # noqa: A002
    return console.page("events.html") if id is None else console.go_to(path_of("events", id))


@router.get("/events/{event_id}")
async def event(
    db: Database, resources: Resources, console: Console, event_id: UUID, *, messages: bool = False
) -> Response:
    """With `messages` it is looked for on the topics, too."""
    (receipt,) = await find_receipts(db, [event_id], console.principal.producer)
    row = await read_row(db, receipt)
    can_look = "read" in console.principal.scopes and receipt.status is not Status.ERASED
    found, away = await _look(resources, receipt, row) if messages and can_look else (None, None)
    return console.page(
        "event.html",
        receipt=receipt,
        row=row,
        made_at=made_at(event_id),
        means=MEANS[receipt.status],
        is_moving=receipt.status in MOVING,
        can_look=can_look,
        messages=found,
        expected=expected_on(receipt),
        away=away,
        near=NEAR,
    )


async def _look(
    resources: AppResources, receipt: Receipt, row: dict[str, Any] | None
) -> tuple[list[dict[str, Any]] | None, str | None]:
    """What stands on the topics, or why nobody can say."""
    window, topics = window_of(receipt, row), topics_of(receipt)
    try:
        return await resources.looks.for_event(receipt.event_id, topics, window), None
    except Unavailable as away:
        return None, away.detail
