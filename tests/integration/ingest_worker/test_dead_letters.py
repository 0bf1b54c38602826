from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord
from catalogue_messaging.dead_letters import from_record, to_message
from catalogue_messaging.failures import Failure, Received, isolate
from catalogue_schema.events import DeadLetter, Reason
from catalogue_schema.examples import Example, load
from catalogue_schema.topics import DEAD_LETTERS
from ingest_worker.dead_letters import record_dead_letters
from sqlalchemy.ext.asyncio import AsyncEngine
from support.kafka import record as message

EVENT_ID = UUID("0198f000-0000-7000-8000-000000000001")


def letter(event_id: UUID | None = EVENT_ID, **fields: Any) -> DeadLetter:
    usual = {"reason": "unknown_model", "detail": "d", "exception_class": "E", "topic": "t", "partition": 1}
    return DeadLetter(**usual | {"event_id": event_id, "offset": 2, "key": b"k", "value": b"v"} | fields)


async def record(engine: AsyncEngine, *letters: DeadLetter) -> list[str]:
    """As the worker does it; the details of what could not be recorded."""
    batch = [Received(message(b""), each) for each in letters]
    return [
        failure.detail for failure in await isolate(lambda some: record_dead_letters(engine, some), batch)
    ]


async def test_a_dead_letter_stands_with_its_bytes_and_headers(engine: AsyncEngine, tables: Any) -> None:
    dead = letter(key=None, value=b"\x00\xff", headers=(("h", b"\x00\xff"), ("h", b"")), model="lab/x")
    await record(engine, dead)
    [row] = await tables.dead_letters()
    assert (row["key"], row["value"]) == (None, b"\x00\xff")
    assert row["headers"] == [["h", "AP8="], ["h", ""]]
    assert (row["event_id"], row["reason"], row["model"], row["status"]) == (
        EVENT_ID,
        "unknown_model",
        "lab/x",
        "open",
    )


async def test_the_same_failure_again_changes_nothing(engine: AsyncEngine, tables: Any) -> None:
    await record(engine, letter())
    before = await tables.dead_letters()
    await record(engine, letter(offset=99))
    assert await tables.dead_letters() == before


async def test_the_newest_failure_is_shown_and_what_failed_before_is_history(
    engine: AsyncEngine, tables: Any
) -> None:
    first, second = letter(detail="one"), letter(reason="invalid", detail="two")
    await record(engine, first)
    await record(engine, second)
    await record(engine, first)
    [row] = await tables.dead_letters()
    assert (row["reason"], row["detail"]) == ("invalid", "two")
    assert [(past["reason"], past["detail"]) for past in row["history"]] == [("unknown_model", "one")]


async def test_history_is_bounded(engine: AsyncEngine, tables: Any) -> None:
    for attempt in range(1, 25):
        await record(engine, letter(attempts=attempt))
    [row] = await tables.dead_letters()
    assert [past["attempt"] for past in row["history"]] == [*range(4, 24)]


async def test_an_opinion_and_a_result_with_one_id_both_keep_their_letters(
    engine: AsyncEngine, tables: Any
) -> None:
    topics = (
        "catalogue.opinions.submitted.v1",
        "catalogue.results.reported.v1",
        "x.catalogue.opinions.classified.v1",
    )
    await record(engine, *(letter(topic=topic) for topic in topics))
    assert {row["type"] for row in await tables.dead_letters()} == {"OpinionSubmitted", "ResultReported"}
    assert len(await tables.dead_letters()) == 2


async def test_a_topic_that_was_made_again_has_letters_of_its_own(engine: AsyncEngine, tables: Any) -> None:
    await record(engine, letter(None, value=b"before"))
    await record(engine, letter(None, value=b"after"))
    assert [row["value"] for row in await tables.dead_letters()] == [b"before", b"after"]


async def test_a_message_without_an_id_that_fails_again_is_the_letter_that_was_replayed(
    engine: AsyncEngine, tables: Any
) -> None:
    await record(engine, letter(None))
    [row] = await tables.dead_letters()
    await tables.execute("UPDATE dead_letters SET status = 'replayed'")
    await record(engine, letter(None, offset=77, attempts=2, letter=row["id"], detail="again"))
    [row] = await tables.dead_letters()
    assert (row["attempts"], row["detail"], row["status"]) == (2, "again", "open")


async def test_a_message_too_large_to_copy_keeps_its_event_id() -> None:
    body = b'{"event_id": "%s", "content": "%s"}' % (str(EVENT_ID).encode(), b"x" * 3 * 2**20)
    sent = to_message(Failure(message(body), Reason.INVALID, "d", "E"))
    dead = from_record(message(sent.value, sent.key, sent.headers))
    assert (dead.event_id, dead.value) == (EVENT_ID, None)


@pytest.mark.parametrize("news", [{"reason": "invalid"}, {"attempts": 2}])
async def test_another_failure_or_another_attempt_opens_it_again(
    engine: AsyncEngine, tables: Any, news: dict[str, Any]
) -> None:
    await record(engine, letter())
    await tables.execute("UPDATE dead_letters SET status = 'replayed'")
    await record(engine, letter(detail="new", **news))
    [row] = await tables.dead_letters()
    assert (row["status"], row["detail"]) == ("open", "new")
    assert {field: row[field] for field in news} == news


async def test_an_older_attempt_that_comes_again_changes_nothing(engine: AsyncEngine, tables: Any) -> None:
    first, second = letter(reason="invalid"), letter(attempts=2)
    await record(engine, first, second)
    await tables.execute("UPDATE dead_letters SET status = 'replayed'")
    before = await tables.dead_letters()
    await record(engine, first)
    await record(engine, second)
    await record(engine, second, first)
    assert await tables.dead_letters() == before
    assert before[0]["attempts"] == 2


async def test_an_event_that_fails_twice_in_a_batch_is_one_row(engine: AsyncEngine, tables: Any) -> None:
    await record(engine, letter(attempts=2), letter(attempts=1), letter(UUID(int=2)))
    attempts = {row["event_id"]: row["attempts"] for row in await tables.dead_letters()}
    assert attempts == {EVENT_ID: 2, UUID(int=2): 1}


async def test_messages_without_an_event_id_are_a_row_each(engine: AsyncEngine, tables: Any) -> None:
    letters = [letter(None, offset=offset) for offset in (5, 6, 7, 6)]
    await record(engine, *letters)
    before = await tables.dead_letters()
    await record(engine, *letters)
    assert [row["offset"] for row in before] == [5, 6, 7]
    assert await tables.dead_letters() == before


FOREIGN = [
    [],
    [("__connect.errors.topic", b"x" * 5000), ("__connect.errors.exception.class.name", b"y" * 5000)],
    [("__connect.errors.partition", b"9" * 18), ("__connect.errors.offset", b"9" * 19)],
    [("catalogue.attempt", b"9" * 18), ("catalogue.reason", b"bad luck")],
    [("na\x00me", b"\x00"), ("__connect.errors.exception.message", b"\x00\xff")],
    [("null", None), ("catalogue.reason", None)],
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("value", [rb'{"model": "\u0000\ud800", "event_id": []}', b"\x00\xff", None])
async def test_whatever_somebody_wrote_to_the_topic_becomes_a_row(
    engine: AsyncEngine, tables: Any, headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    assert await record(engine, from_record(message(value, None, headers))) == []
    [row] = await tables.dead_letters()
    assert row["value"] == value


async def test_a_message_of_a_megabyte_becomes_a_row(engine: AsyncEngine, tables: Any) -> None:
    huge = message(b"\xff" * 1024**2)
    sent = to_message(Failure(huge, Reason.UNDECODABLE, "d", "E"))
    dead = ConsumerRecord("dead", 0, 1, 0, 0, sent.key, sent.value, None, -1, -1, tuple(sent.headers))
    await record(engine, from_record(dead))
    assert [row["value"] for row in await tables.dead_letters()] == [huge.value]


@pytest.mark.parametrize("example", load(DEAD_LETTERS), ids=lambda example: example.case)
async def test_every_golden_example_can_be_recorded(
    engine: AsyncEngine, tables: Any, example: Example
) -> None:
    dead = from_record(message(example.value, example.key, example.headers))
    assert await record(engine, dead) == []
    [row] = await tables.dead_letters()
    assert (row["value"], row["reason"], row["attempts"]) == (example.value, dead.reason, dead.attempts)
