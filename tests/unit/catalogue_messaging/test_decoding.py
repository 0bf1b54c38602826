"""Reading events from a topic."""

import pytest
from catalogue_messaging.consumer import decode_json
from catalogue_schema import examples
from catalogue_schema.topics import DEAD_LETTERS, TOPICS, Topic
from support.kafka import record


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic is not DEAD_LETTERS])
def test_every_golden_example_is_read(topic: Topic) -> None:
    for example in examples.load(topic):
        assert isinstance(decode_json(topic)(record(example.value)), topic.event)
