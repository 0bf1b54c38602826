from uuid import UUID

from catalogue_messaging.envelope import event_headers, header, of_message, of_request
from catalogue_schema.events import ResultReported

RESULT = ResultReported(
    event_id=UUID("0198f000-0000-7000-8000-000000000001"),
    occurred_at="2026-03-09T14:30:00+02:00",
    model="lab/model",
    benchmark="MMLU",
    score=1.5,
)
PRODUCER = UUID("0198f000-0000-7000-8000-00000000000a")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_headers_are_cloudevents_1_0_in_binary_mode() -> None:
    assert event_headers(RESULT, "/catalogue-api") == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"0198f000-0000-7000-8000-000000000001"),
        ("ce_source", b"/catalogue-api"),
        ("ce_type", b"ResultReported"),
        ("ce_time", b"2026-03-09T12:30:00+00:00"),
        ("content-type", b"application/json"),
    ]


def test_whose_event_it_is_and_its_trace_are_passed_on_from_the_request_to_every_message() -> None:
    passed_on = of_request(PRODUCER, TRACE)
    assert passed_on == [("ce_producer", str(PRODUCER).encode()), ("traceparent", TRACE.encode())]
    assert of_message(event_headers(RESULT, "/catalogue-api", passed_on)) == passed_on


def test_where_nobody_was_asked_no_header_says_whose_event_it_is() -> None:
    assert of_request(None, None) == []


def test_of_a_repeated_header_the_last_counts() -> None:
    assert header([("a", b"first"), ("a", b"last"), ("b", b"other")], "a") == "last"


def test_a_header_that_is_no_utf8_is_still_read() -> None:
    assert header([("a", b"caf\xe9")], "a") == "caf\ufffd"


def test_a_missing_header_is_none() -> None:
    assert header([], "a") is None
