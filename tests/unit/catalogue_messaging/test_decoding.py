"""Reading events from a topic."""

import pytest
from catalogue_messaging.consumer import decode_json
from catalogue_schema import examples
from catalogue_schema.topics import DEAD_LETTERS, RESULTS_REPORTED, TOPICS, Topic
from pydantic import ValidationError
from support.kafka import record


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic is not DEAD_LETTERS])
def test_every_golden_example_is_read(topic: Topic) -> None:
    for example in examples.load(topic):
        assert isinstance(decode_json(topic)(record(example.value)), topic.event)


@pytest.mark.parametrize("field", ["event_id", "occurred_at"])
def test_a_message_without_identity_or_time_is_refused_since_each_redelivery_would_be_a_new_event(
    field: str,
) -> None:
    event = {
        "event_id": "0b5c2f0e-3c7c-5e6f-9b0c-000000000001",
        "occurred_at": "2025-01-15T00:00:00Z",
    }
    del event[field]
    value = "".join(f'"{key}": "{text}", ' for key, text in event.items())
    body = f'{{{value}"model": "a/b", "benchmark": "c", "score": 1}}'.encode()

    with pytest.raises(ValidationError, match=field):
        decode_json(RESULTS_REPORTED)(record(body))
