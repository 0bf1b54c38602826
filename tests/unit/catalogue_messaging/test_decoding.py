import asyncio
import json
from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition
from catalogue_messaging.consumer import BatchConsumer, Way
from catalogue_messaging.decoding import decode_json
from catalogue_messaging.failures import Failure, Received
from catalogue_schema.events import Reason, ResultReported
from catalogue_schema.topics import RESULTS_REPORTED
from pydantic import ValidationError
from support.kafka import record

GOOD = {
    "event_id": "0198f000-0000-7000-8000-000000000001",
    "occurred_at": "2026-03-09T12:00:00Z",
    "model": "lab/model",
    "benchmark": "MMLU",
    "score": 1.0,
}


class NothingToCommit:
    def assignment(self) -> set[TopicPartition]:
        return set()


async def rejected(value: bytes) -> list[Failure]:
    """What of a message with this value is rejected; none of it may be handled."""
    failures: list[Failure] = []

    async def handle(batch: Sequence[Received[ResultReported]]) -> list[Failure]:
        raise AssertionError(f"handled: {batch}")

    async def reject(found: Sequence[Failure]) -> None:
        failures.extend(found)

    way = Way(handle, decode_json(RESULTS_REPORTED), reject)
    consumer = BatchConsumer[ResultReported](RESULTS_REPORTED, way, asyncio.Event())
    await consumer.process((record(value),), NothingToCommit())
    await consumer.finished()
    return failures


@pytest.mark.parametrize(
    ("value", "reason", "detail"),
    [
        (b"", Reason.UNDECODABLE, "Invalid JSON"),
        (b"\xff\xfe", Reason.UNDECODABLE, "Invalid JSON"),
        (b"[" * 100_000, Reason.UNDECODABLE, "recursion limit"),
        (b'{"model": "\\ud800"}', Reason.UNDECODABLE, "hex escape"),
        (b"null", Reason.INVALID, "an object"),
        (json.dumps(GOOD | {"score": float("nan")}).encode(), Reason.INVALID, "/score "),
        (json.dumps(GOOD | {"score": "1"}).encode(), Reason.INVALID, "/score "),
        (json.dumps(GOOD | {"model": "\0"}).encode(), Reason.INVALID, "/model "),
    ],
)
async def test_a_message_that_is_no_event_is_rejected_with_its_reason(
    value: bytes, reason: Reason, detail: str
) -> None:
    [failure] = await rejected(value)
    assert failure.reason == reason
    assert detail in failure.detail


@pytest.mark.parametrize("field", ["event_id", "occurred_at"])
async def test_a_message_without_id_or_time_is_invalid_for_its_repeats_would_be_new_events(
    field: str,
) -> None:
    value = json.dumps({name: said for name, said in GOOD.items() if name != field}).encode()
    [failure] = await rejected(value)
    assert (failure.reason, failure.detail) == (Reason.INVALID, f"/{field} Field required")


async def test_failures_do_not_repeat_what_the_message_said() -> None:
    [failure] = await rejected(b'{"score": "my secret"}')
    assert "my secret" not in failure.detail


def test_a_field_that_a_newer_producer_added_is_kept() -> None:
    event = decode_json(RESULTS_REPORTED)(record(json.dumps(GOOD | {"extra": 1}).encode()))
    assert json.loads(event.to_json())["extra"] == 1


STRUCTURED = [("Content-Type", b"application/cloudevents+json; charset=utf-8")]


def structured(**attributes: object) -> bytes:
    data = {name: value for name, value in GOOD.items() if name not in {"event_id", "occurred_at"}}
    envelope = {"specversion": "1.0", "source": "/lab", "type": "ResultReported", "data": data}
    return json.dumps(envelope | {"id": GOOD["event_id"], "time": GOOD["occurred_at"]} | attributes).encode()


def test_a_cloudevent_in_structured_mode_is_read_as_the_event_that_it_is() -> None:
    decode = decode_json(RESULTS_REPORTED)

    assert decode(record(structured(), headers=STRUCTURED)) == ResultReported.model_validate(GOOD)


def test_a_structured_cloudevent_without_an_id_or_time_is_no_event() -> None:
    decode = decode_json(RESULTS_REPORTED)
    for attributes, wrong in (({"id": "42"}, "id"), ({"time": None}, "occurred_at"), ({"data": []}, "data")):
        with pytest.raises(ValidationError, match=wrong):
            decode(record(structured(**attributes), headers=STRUCTURED))
    with pytest.raises(ValidationError):
        decode(record(structured()))  # nothing says that it is one
