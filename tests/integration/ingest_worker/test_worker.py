"""The worker as a process of its own, between a real Kafka and a real PostgreSQL."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import Reason
from catalogue_schema.topics import DEAD_LETTERS, OPINIONS_CLASSIFIED, RESULTS_REPORTED
from sqlalchemy.ext.asyncio import AsyncEngine
from support.kafka import dead_letters, lag, producer, send_unreadable
from support.polling import eventually
from support.workers import worker

Headers = Sequence[tuple[str, bytes | None]]


def result(score: float, **fields: Any) -> bytes:
    event = {"event_id": str(uuid4()), "model": "lab/model", "benchmark": "MMLU", "score": score}
    return json.dumps(event | {"occurred_at": "2026-03-09T12:00:00Z", "date_tested": None} | fields).encode()


UNKNOWN = result(1, model="lab/nobody")
BAD: dict[str, tuple[bytes | None, Headers, Reason]] = {
    "undecodable bytes": (b"\xff\xfe\x00", [], Reason.UNDECODABLE),
    "an empty value": (b"", [], Reason.UNDECODABLE),
    "a tombstone": (None, [], Reason.UNDECODABLE),
    "truncated JSON": (result(1)[:-5], [], Reason.UNDECODABLE),
    "deep JSON": (b"[" * 100_000, [], Reason.UNDECODABLE),
    "a lone surrogate": (b'{"model": "\\ud800"}', [], Reason.UNDECODABLE),
    "another shape": (b"[1]", [], Reason.INVALID),
    "a missing field": (b'{"model": "lab/model"}', [], Reason.INVALID),
    "not a number": (result(float("nan")), [], Reason.INVALID),
    "a NUL in a name": (result(1, model="lab/\x00"), [], Reason.INVALID),
    "an id that is no UUID": (result(1, event_id="seven"), [], Reason.INVALID),
    "a date that is none": (result(1, date_tested="9999-99-99"), [], Reason.INVALID),
    "a megabyte": (b"\x00" * 1_000_000, [], Reason.UNDECODABLE),
    "odd headers": (b"?", [("null", None), ("latin-1", b"caf\xe9"), ("", b"")], Reason.UNDECODABLE),
    "attempts beyond counting": (b"!", [("catalogue.attempt", b"9" * 5000)], Reason.UNDECODABLE),
    "an unknown model": (UNKNOWN, [("ce_type", b"ResultReported")], Reason.UNKNOWN_MODEL),
}


async def send_good_and_bad(kafka: KafkaSettings, sender: AIOKafkaProducer) -> None:
    """All to one partition, so that they come in one batch: a good result after every bad record."""
    name = kafka.topic_name(RESULTS_REPORTED)
    for number, (value, headers, _) in enumerate(BAD.values()):
        await sender.send(name, value, key=b"lab/model", headers=headers)
        await sender.send(name, result(number, date_tested=f"2026-01-{number + 1:02}"), key=b"lab/model")
    await sender.flush()


async def send_what_is_too_large_to_copy(kafka: KafkaSettings) -> None:
    async with producer(kafka, compression_type="gzip", max_request_size=2**24) as sender:
        await sender.send_and_wait(kafka.topic_name(RESULTS_REPORTED), b"0" * 3 * 2**20, key=b"lab/model")


async def send_what_was_taken_back(kafka: KafkaSettings) -> None:
    async with producer(kafka, transactional_id=uuid4().hex) as sender:
        await sender.begin_transaction()
        await sender.send_and_wait(
            kafka.topic_name(RESULTS_REPORTED), result(99, date_tested="1999-01-01"), key=b"lab/model"
        )
        await sender.abort_transaction()


async def test_bad_records_of_every_kind_become_dead_letters_and_cost_no_other(
    kafka: KafkaSettings, sender: AIOKafkaProducer, tables: Any, database_url: str
) -> None:
    await send_good_and_bad(kafka, sender)
    await send_what_is_too_large_to_copy(kafka)
    await send_what_was_taken_back(kafka)
    await sender.send_and_wait(kafka.topic_name(OPINIONS_CLASSIFIED), b"no opinion", key=b"k")
    await sender.send_and_wait(kafka.topic_name(DEAD_LETTERS), b"somebody else's", headers=[("a", b"\x00")])

    async with worker("ingest_worker", kafka, DATABASE_URL=database_url) as process:
        await process.ready()
        found = await eventually(tables.dead_letters, lambda seen: len(seen) == len(BAD) + 3, 60)
        assert [row["score"] for row in await tables.results()] == [*range(len(BAD))]
        by_value = {row["value"]: row for row in found}
        for case, (value, _, reason) in BAD.items():
            assert by_value[value]["reason"] == reason, case
            assert by_value[value]["topic"] == kafka.topic_name(RESULTS_REPORTED), case
        [large] = [row for row in found if "not copied" in row["detail"]]
        assert (large["value"], large["reason"]) == (None, "undecodable")
        assert by_value[b"somebody else's"]["reason"] == "unexpected"
        assert by_value[b"no opinion"]["topic"] == kafka.topic_name(OPINIONS_CLASSIFIED)

        letters = {letter.value: letter for letter in await dead_letters(kafka, len(BAD) + 3)}
        assert letters[b"?"].headers == (("null", b""), ("latin-1", b"caf\xe9"), ("", b""))
        assert letters[UNKNOWN].headers == (("ce_type", b"ResultReported"),)
        assert {letter.key for letter in letters.values()} == {b"lab/model", b"k", b"", None}
        assert await process.status("/livez") == 200
        assert await process.metric("catalogue_retries_total") == 0
        for topic in (OPINIONS_CLASSIFIED, DEAD_LETTERS):
            await eventually(lambda topic=topic: lag(kafka, "ingest-worker", topic), lambda left: left == 0)  # type: ignore[misc]


async def test_a_record_that_the_client_cannot_read_holds_up_nothing(
    kafka: KafkaSettings, sender: AIOKafkaProducer, tables: Any, database_url: str
) -> None:
    name = kafka.topic_name(RESULTS_REPORTED)
    scores = iter(range(100))

    def good() -> bytes:
        score = next(scores)
        return result(score, date_tested=f"2026-01-{score + 1:02}")

    for partition in (0, 1, 2):
        await sender.send_and_wait(name, good(), partition=partition)
    await send_unreadable(kafka, RESULTS_REPORTED, 1, [good(), result(98), result(99)])
    for partition in (0, 1, 2):
        await sender.send_and_wait(name, good(), partition=partition)

    async with worker("ingest_worker", kafka, DATABASE_URL=database_url) as process:
        await process.ready()
        await eventually(tables.results, lambda seen: len(seen) == 7, 60)
        found = await eventually(tables.dead_letters, lambda seen: len(seen) == 2)
        assert sorted(row["score"] for row in await tables.results()) == [*range(7)]
        assert [(row["partition"], row["offset"]) for row in found] == [(1, 2), (1, 3)]
        assert all(row["headers"][0][0] == "catalogue.unreadable" for row in found)
        await eventually(lambda: lag(kafka, "ingest-worker", RESULTS_REPORTED), lambda left: left == 0)


async def test_a_worker_says_how_it_is_and_ends_at_once_when_asked(
    kafka: KafkaSettings, sender: AIOKafkaProducer, engine: AsyncEngine, tables: Any, database_url: str
) -> None:
    lag_of_one = 'catalogue_consumer_lag{partition="0",topic="catalogue.results.reported.v1"}'
    recorded = 'catalogue_events_total{outcome="recorded",type="ResultReported"}'
    for number in range(3):
        value = result(number, date_tested=f"2026-01-0{number + 1}")
        await sender.send_and_wait(kafka.topic_name(RESULTS_REPORTED), value, b"k", partition=0)
    async with worker("ingest_worker", kafka, DATABASE_URL=database_url) as process:
        async with engine.begin() as locked:
            await locked.exec_driver_sql("LOCK TABLE models")
            await process.ready()
            assert (await process.get("/readyz")).json() == {"status": "ok", "kafka": "ok", "database": "ok"}
            await eventually(lambda: process.metric(lag_of_one), lambda found: found == 3)
            assert await process.metric(recorded) == 0
        await eventually(lambda: process.metric(lag_of_one), lambda found: found == 0)
        assert await process.metric(recorded) == 3
        assert len(await tables.results()) == 3

        assert await process.terminate(seconds=5) == 0
        lines = [json.loads(line) for line in process.output().splitlines()]
    assert any(line["event"] == "consuming" for line in lines)
    # aiokafka may find a fresh broker without its coordinator, and says so.
    ours = [line for line in lines if not line["logger"].startswith("aiokafka")]
    assert not [line for line in ours if line["level"] in {"error", "critical"} or "exception" in line]
