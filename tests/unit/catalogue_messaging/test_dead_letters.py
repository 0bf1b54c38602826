import json
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord
from catalogue_messaging.dead_letters import from_record, to_message
from catalogue_messaging.failures import Failure
from catalogue_schema.events import DeadLetter, Reason
from catalogue_schema.examples import Example, load
from catalogue_schema.headers import DEAD_LETTER_HEADERS
from catalogue_schema.topics import DEAD_LETTERS
from support.kafka import record

EVENT_ID = UUID("0198f000-0000-7000-8000-000000000001")
PRODUCER = UUID("0198f000-0000-7000-8000-00000000000a")
STRUCTURED = [("content-type", b"application/cloudevents+json")]
Sent = list[tuple[str, bytes | None]]


def failure(original: ConsumerRecord, detail: str = "no good", reason: Reason = Reason.INVALID) -> Failure:
    return Failure(original, reason, detail, "ValidationError")


def dead(original: ConsumerRecord, **fields: Any) -> ConsumerRecord:
    """The dead letter of `original` as it stands on its topic."""
    message = to_message(failure(original, **fields))
    return ConsumerRecord("dead", 0, 99, 0, 0, message.key, message.value, None, -1, -1, message.headers)


def letter(original: ConsumerRecord, **fields: Any) -> DeadLetter:
    return from_record(dead(original, **fields))


def foreign(headers: Sent) -> DeadLetter:
    return from_record(record(b"{}", headers=headers))


def test_headers_are_those_of_kafka_connect() -> None:
    assert to_message(failure(record(b"x"))).headers == [
        ("__connect.errors.topic", b"topic"),
        ("__connect.errors.partition", b"3"),
        ("__connect.errors.offset", b"7"),
        ("__connect.errors.exception.class.name", b"ValidationError"),
        ("__connect.errors.exception.message", b"no good"),
        ("catalogue.reason", b"invalid"),
        ("catalogue.attempt", b"1"),
    ]


def test_headers_are_those_that_asyncapi_names() -> None:
    sent: Sent = [("catalogue.unreadable", b"no UTF-8"), ("catalogue.letter", b"7")]
    written = {name for name, _ in to_message(failure(record(None, headers=sent))).headers}
    assert written == DEAD_LETTER_HEADERS.keys()


@pytest.mark.parametrize(
    ("key", "value"),
    [(b"k", b"\xff\x00not json"), (b"k", b""), (b"\xff", None), (None, b"{}"), (b"", b"{}")],
)
def test_key_and_value_are_the_original_bytes(key: bytes | None, value: bytes | None) -> None:
    found = letter(record(value, key))
    assert (found.key, found.value) == (key, value)


def test_a_message_without_key_and_value_can_be_sent_all_the_same() -> None:
    message = to_message(failure(record(None, None)))
    assert (message.key, message.value) == (b"", None)


def test_original_headers_are_kept_in_order_null_and_no_utf8_included() -> None:
    headers: Sent = [("ce_type", b"A"), ("odd", b"caf\xe9"), ("null", None), ("ce_type", b"B")]
    assert to_message(failure(record(b"x", headers=headers))).headers[:4] == headers


def test_attempts_are_counted_on_when_a_replayed_event_fails_again() -> None:
    again = dead(dead(record(b"x")), reason=Reason.UNKNOWN_MODEL)
    found = from_record(again)
    assert (found.attempts, found.reason) == (2, Reason.UNKNOWN_MODEL)
    assert len(again.headers) == 7, "the first failure's headers are replaced"


@pytest.mark.parametrize("attempt", [b"many", b"-1", b"9" * 5000, b"\xff", "\u00b2".encode(), None])
def test_attempts_that_are_no_count_begin_anew(attempt: bytes | None) -> None:
    assert letter(record(b"x", headers=[("catalogue.attempt", attempt)])).attempts == 1


def test_the_event_is_named_where_it_can_be_read() -> None:
    value = json.dumps({"event_id": str(EVENT_ID), "model": "lab/model", "benchmark": "MMLU"})
    found = letter(record(value.encode()))
    assert (found.event_id, found.model, found.benchmark) == (EVENT_ID, "lab/model", "MMLU")


def test_a_structured_cloudevent_is_named_by_what_it_holds() -> None:
    data = {"model": "lab/model", "benchmark": "MMLU", "source": "us"}
    body = {"type": "ResultReported", "source": "/them", "id": str(EVENT_ID), "data": data}
    found = letter(record(json.dumps(body).encode(), headers=STRUCTURED))
    assert found.event_id == EVENT_ID
    assert (found.model, found.benchmark, found.source) == ("lab/model", "MMLU", "us")
    assert letter(record(b'{"id": 1, "data": []}', headers=STRUCTURED)).event_id is None


@pytest.mark.parametrize("value", [b"\xff", b"[1]", b'{"event_id": 7}', b"[" * 100_000, None])
def test_the_event_id_of_what_cannot_be_read_is_that_of_its_headers(value: bytes | None) -> None:
    assert letter(record(value, headers=[("ce_id", str(EVENT_ID).encode())])).event_id == EVENT_ID


@pytest.mark.parametrize("value", [b"{}", b"x" * DEAD_LETTERS.max_message_bytes], ids=["copied", "too large"])
def test_whose_event_it_is_stays_with_it(value: bytes) -> None:
    headers = [("ce_id", str(EVENT_ID).encode()), ("ce_producer", str(PRODUCER).encode())]
    found = letter(record(value, headers=headers))
    assert (found.event_id, found.producer) == (EVENT_ID, PRODUCER)


def test_a_producer_that_is_no_uuid_is_none() -> None:
    assert letter(record(b"{}", headers=[("ce_producer", b"me")])).producer is None


def test_an_event_without_a_readable_id_has_none() -> None:
    assert letter(record(b"{}", headers=[("ce_id", b"seven")])).event_id is None


def test_text_is_what_postgresql_can_hold() -> None:
    value = rb'{"model": "nul\u0000", "benchmark": "lone\ud800"}'
    found = letter(record(value, headers=[("na\x00me", b"\x00")]), detail="nul\x00 lone\ud800")
    assert (found.model, found.benchmark, found.detail) == ("nul\ufffd", "lone?", "nul\ufffd lone?")
    assert found.headers == (("na\ufffdme", b"\x00"),)


def test_a_long_detail_is_cut() -> None:
    assert len(letter(record(b"x"), detail="\u20ac" * 5000).detail) == 2000


def test_a_message_that_fits_no_dead_letter_is_named_but_not_copied() -> None:
    found = letter(record(b"x" * DEAD_LETTERS.max_message_bytes, headers=[("h", b"h")]))
    assert (found.value, found.key, found.headers) == (None, b"", ())
    assert (found.topic, found.partition, found.offset) == ("topic", 3, 7)
    assert "not copied" in found.detail


def test_the_largest_message_of_other_topics_is_copied_whole() -> None:
    value = b"x" * 1024**2
    assert letter(record(value)).value == value


def test_a_dead_letter_without_our_headers_is_taken_with_what_it_has() -> None:
    found = from_record(record(b"\x00", headers=[("who", b"somebody else")]))
    assert (found.topic, found.partition, found.offset) == ("topic", 3, 7)
    assert (found.reason, found.attempts, found.detail) == (Reason.UNEXPECTED, 1, "")
    assert found.headers == (("who", b"somebody else"),)


def test_numbers_that_no_column_holds_are_those_of_the_dead_letter_itself() -> None:
    names = ["__connect.errors.partition", "__connect.errors.offset", "catalogue.attempt"]
    found = foreign([(name, b"9" * 19) for name in names])
    assert (found.partition, found.offset, found.attempts) == (3, 7, 1)


def test_a_topic_and_class_name_longer_than_their_columns_are_cut() -> None:
    names = ["__connect.errors.topic", "__connect.errors.exception.class.name"]
    found = foreign([(name, b"x" * 5000) for name in names])
    assert (len(found.topic), len(found.exception_class)) == (249, 255)


@pytest.mark.parametrize("example", load(DEAD_LETTERS), ids=lambda example: example.case)
def test_golden_examples_are_read_and_written_as_they_stand(example: Example) -> None:
    stands = record(example.value, example.key, example.headers)
    found = from_record(stands)
    original = ConsumerRecord(
        found.topic, found.partition, found.offset, 0, 0, found.key, found.value, None, -1, -1, found.headers
    )
    if found.attempts > 1:
        before = ("catalogue.attempt", str(found.attempts - 1).encode())
        original.headers = (*original.headers, before)
    written = to_message(Failure(original, found.reason, found.detail, found.exception_class))
    assert sorted(written.headers) == sorted(stands.headers)
    assert (written.key, written.value) == (stands.key, stands.value)
