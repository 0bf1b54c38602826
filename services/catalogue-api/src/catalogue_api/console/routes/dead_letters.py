"""Events that could not be recorded: why, and what is to become of them."""

from typing import Annotated, get_args

from catalogue_schema.events import Reason
from catalogue_schema.tables.dead_letters import Status
from catalogue_schema.topics import EVENT_TOPICS
from fastapi import Depends, Query
from starlette.responses import Response

from catalogue_api.catalogue.dead_letters import (
    DISCARDABLE,
    REPLAYABLE,
    LetterFilter,
    list_letters,
    read_letter,
)
from catalogue_api.catalogue.letter_counts import summarise
from catalogue_api.catalogue.replays import Marked, discard, replay
from catalogue_api.console.forms import form_of
from catalogue_api.console.letters import MEND, Shown, by_reason, headers_of, matching
from catalogue_api.console.rendering import Console, Pages
from catalogue_api.console.routing import page_router
from catalogue_api.console.selections import DiscardForm, LettersAsked, LettersForm
from catalogue_api.resources import Database, Resources
from catalogue_api.routers.parameters import IdPath

FORETOLD = 100
"""Letters of which a page says what would become of each."""
WORDS = {"replay": "will be published again.", "discard": "discarded. A replay takes that back."}
MOVING = ("replaying", "replayed")

router = page_router()


@router.get("/dead-letters")
async def dead_letters(
    db: Database, resources: Resources, console: Console, asked: Annotated[LettersAsked, Query()]
) -> Response:
    wanted = asked.model_dump(include={*LetterFilter.model_fields})
    counts = (await summarise(db, LetterFilter(**wanted | {"reason": None, "status": None}))).items
    return console.page(
        "dead-letters.html",
        letters=await list_letters(db, asked),
        asked=asked,
        by_reason=by_reason(counts),
        matching=matching(counts, asked.reason, asked.status),
        reasons=[*Reason],
        statuses=get_args(Status),
        topics=[resources.kafka.topic_prefix + topic.name for topic in EVENT_TOPICS.values()],
    )


@router.get("/dead-letters/{letter_id}")
async def dead_letter(db: Database, console: Console, letter_id: IdPath) -> Response:
    letter = await read_letter(db, letter_id)
    return console.page(
        "dead-letter.html",
        letter=letter,
        mend=MEND.get(letter.reason),
        parts_of_it=[("Value", Shown.of(letter.value)), ("Key", Shown.of(letter.key))],
        headers=headers_of(letter.headers),
        is_moving=letter.status in MOVING,
        can_replay=letter.status in REPLAYABLE,
        can_discard=letter.status in DISCARDABLE,
    )


@router.post("/dead-letters/replay")
async def replay_letters(
    db: Database, console: Console, form: Annotated[LettersForm, Depends(form_of(LettersForm))]
) -> Response:
    return _answer(console, "replay", form, await replay(db, form.selection()))


@router.post("/dead-letters/discard")
async def discard_letters(
    db: Database, console: Console, form: Annotated[DiscardForm, Depends(form_of(DiscardForm))]
) -> Response:
    return _answer(console, "discard", form, await discard(db, form.discarding()))


def _answer(console: Pages, deed: str, form: LettersForm, marked: Marked) -> Response:
    if marked.dry_run:
        items = marked.items[:FORETOLD]
        return console.page("letters-foretold.html", deed=deed, form=form, marked=marked, foretold=items)
    if not marked.matched:
        return console.go_to(form.page, "Nothing was to do: they are recorded, or on their way already.")
    letters = "1 letter" if marked.matched == 1 else f"{marked.matched:,} letters"
    return console.go_to(form.page, f"{letters} {WORDS[deed]}")
