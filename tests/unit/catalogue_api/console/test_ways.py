"""Where an event is looked for."""

from datetime import UTC, datetime
from uuid import UUID

from catalogue_api.catalogue.receipts import Receipt, Status
from catalogue_api.console.ways import COLLECTIONS, MEANS, made_at, topics_of, window_of
from catalogue_schema.topics import EVENT_TOPICS, OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED, SUBMITTED
from uuid_utils.compat import uuid7

PRODUCERS_OWN = UUID("0b8f2cbe-6e2a-4e0a-9d57-6a1c2a1f7c11")


def test_an_id_of_ours_says_when_it_was_made() -> None:
    made = made_at(uuid7())

    assert made is not None
    assert abs((datetime.now(UTC) - made).total_seconds()) < 5
    assert made_at(PRODUCERS_OWN) is None
    assert made_at(UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")) is None  # the year 10889


def test_an_event_is_looked_for_from_its_id_on_or_before_its_row() -> None:
    since = made_at(own := uuid7())
    assert window_of(Receipt(event_id=own), None).since == since

    row = {"created_at": "2026-01-01T00:00:00Z"}
    window = window_of(Receipt(event_id=PRODUCERS_OWN), row)
    assert (window.since, window.until) == (None, datetime(2026, 1, 1, tzinfo=UTC))


def test_an_opinion_stands_on_both_of_its_topics_and_an_unknown_event_on_any() -> None:
    opinion = Receipt(event_id=PRODUCERS_OWN, location="/v1/opinions/1")
    assert {*topics_of(opinion)} == {OPINIONS_SUBMITTED, OPINIONS_CLASSIFIED}
    assert {*topics_of(Receipt(event_id=PRODUCERS_OWN))} == {*EVENT_TOPICS.values()}


def test_what_is_submitted_has_a_collection_and_every_state_its_words() -> None:
    led_to = {topic for collection in COLLECTIONS.values() for topic in collection.topics}
    assert {*SUBMITTED.values()} <= led_to
    assert {*MEANS} == {*Status}
