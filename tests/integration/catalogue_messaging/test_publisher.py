import asyncio
import time

import pytest
from catalogue_messaging.publisher import EventPublisher, Message, PublishError
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import ResultReported
from catalogue_schema.topics import DEAD_LETTERS, RESULTS_REPORTED
from support.kafka import read_all, topics_of


def result(number: int) -> ResultReported:
    return ResultReported(model=f"lab/{number % 10}", benchmark="MMLU", score=float(number))


async def test_ten_thousand_events_are_acknowledged_in_order_of_each_model(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test", timeout=60)
    await publisher.publish(RESULTS_REPORTED, [result(number) for number in range(10_000)])
    await publisher.stop()

    records = await read_all(kafka, RESULTS_REPORTED)
    found = [ResultReported.model_validate_json(record.value) for record in records]
    assert len(found) == 10_000
    for number in range(10):
        scores = [event.score for event in found if event.model == f"lab/{number}"]
        assert scores == sorted(scores)
        assert len({record.partition for record in records if record.key == f"lab/{number}".encode()}) == 1
    assert ("ce_type", b"ResultReported") in records[0].headers


async def test_many_publish_at_once_over_one_connection(bootstrap_servers: str, topic_prefix: str) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test", timeout=60)
    await asyncio.gather(*[publisher.publish(RESULTS_REPORTED, [result(number)]) for number in range(200)])
    await publisher.stop()
    assert len(await read_all(kafka, RESULTS_REPORTED)) == 200


async def test_a_dead_letter_of_the_largest_message_is_taken(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test", timeout=60)
    value = b"\xff" * (DEAD_LETTERS.max_message_bytes - 64 * 1024)
    await publisher.publish_messages(DEAD_LETTERS, [Message(b"k", value, [("h", b"x" * 9000)])])
    await publisher.stop()
    assert [record.value for record in await read_all(kafka, DEAD_LETTERS)] == [value]


async def test_a_message_that_kafka_refuses_spoils_nothing_for_the_next(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test", timeout=60)
    too_large = Message(b"k", b"x" * (RESULTS_REPORTED.max_message_bytes + 1), [])
    with pytest.raises(PublishError):
        await publisher.publish_messages(RESULTS_REPORTED, [too_large])
    await publisher.publish(RESULTS_REPORTED, [result(1)])
    await publisher.stop()
    assert len(await read_all(kafka, RESULTS_REPORTED)) == 1


async def test_the_topics_are_those_of_kafka(bootstrap_servers: str, topic_prefix: str) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test")
    assert kafka.topic_name(RESULTS_REPORTED) in await publisher.topics()
    assert RESULTS_REPORTED.name + ".none" not in await publisher.topics()
    await publisher.stop()


@pytest.mark.parametrize("silent", [False, True], ids=["nobody listens", "somebody listens but says nothing"])
async def test_publishing_without_kafka_fails_in_time(free_port: int, silent: bool) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", free_port) if silent else None
    publisher = EventPublisher(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}"), "/test", timeout=1)
    started = time.monotonic()
    with pytest.raises(PublishError) as error:
        await publisher.publish(RESULTS_REPORTED, [result(1)])
    assert time.monotonic() - started < 10
    assert error.value.retry_after > 0
    await publisher.stop()
    if server:
        server.close()
