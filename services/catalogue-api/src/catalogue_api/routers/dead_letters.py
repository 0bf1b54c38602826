from typing import Annotated

from fastapi import APIRouter, Query

from catalogue_api.catalogue.dead_letters import (
    Discarding,
    Letter,
    LetterDetail,
    LetterFilter,
    LetterQuery,
    Selection,
    list_letters,
    read_letter,
)
from catalogue_api.catalogue.letter_counts import Summary, summarise
from catalogue_api.catalogue.paging import Page
from catalogue_api.catalogue.replays import Marked, discard, replay
from catalogue_api.http.bodies import JsonRoute
from catalogue_api.resources import Database
from catalogue_api.routers.parameters import IdPath

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=JsonRoute)


@router.get("", summary="List dead letters, newest first")
async def get_dead_letters(db: Database, query: Annotated[LetterQuery, Query()]) -> Page[Letter]:
    return await list_letters(db, query)


@router.get("/summary", summary="Count dead letters by reason and status")
async def get_summary(db: Database, wanted: Annotated[LetterFilter, Query()]) -> Summary:
    return await summarise(db, wanted)


@router.get("/{letter_id}", summary="A dead letter, with its bytes and its history")
async def get_dead_letter(db: Database, letter_id: IdPath) -> LetterDetail:
    return await read_letter(db, letter_id)


@router.post("/replay", summary="Publish dead letters again")
async def post_replay(db: Database, selection: Selection) -> Marked:
    """ingest-worker publishes them on their topics, in the order in which they stood there. What is recorded
    already stays as it is; what fails again keeps its history. Letters that wait for a name are replayed
    without anyone asking, when the name appears.
    """
    return await replay(db, selection)


@router.post("/discard", summary="Give dead letters up, with a note")
async def post_discard(db: Database, selection: Discarding) -> Marked:
    """A letter that was discarded can be replayed all the same."""
    return await discard(db, selection)
