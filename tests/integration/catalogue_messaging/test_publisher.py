import asyncio
import time
from dataclasses import replace

import pytest
from catalogue_messaging.outbox import Message, partition_of
from catalogue_messaging.publisher import EventPublisher, MessageTooLargeError, PublishError
from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.checks import NotReadyError
from catalogue_schema.events import ResultReported
from catalogue_schema.topics import DEAD_LETTERS, RESULTS_REPORTED
from support.kafka import configure, producer, read_all, topics_of


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


async def test_a_message_over_its_topics_limit_fails_its_sender_alone(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test", timeout=60)
    too_large = Message(b"k", b"x" * RESULTS_REPORTED.max_message_bytes, [])
    largest = Message(b"k", b"x" * (RESULTS_REPORTED.max_message_bytes - 200), [])
    sent = await asyncio.gather(
        publisher.publish(RESULTS_REPORTED, [result(1)]),
        publisher.publish_messages(RESULTS_REPORTED, [too_large]),
        publisher.publish_messages(RESULTS_REPORTED, [largest]),
        return_exceptions=True,
    )
    await publisher.stop()

    assert [type(each) for each in sent] == [type(None), MessageTooLargeError, type(None)]
    assert len(await read_all(kafka, RESULTS_REPORTED)) == 2


async def test_a_topic_whose_limit_was_lowered_takes_what_is_under_it(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    await configure(kafka, RESULTS_REPORTED, {"max.message.bytes": "20000"})
    publisher = EventPublisher(kafka, "/test", timeout=60)
    with pytest.raises(MessageTooLargeError, match=r"20,.* bytes is over the max.message.bytes"):
        await publisher.publish_messages(RESULTS_REPORTED, [Message(b"k", b"x" * 20_000, [])])

    many = [Message(b"k", b"x" * 1000, []) for _ in range(200)]
    refused = 0
    while True:
        try:
            await publisher.publish_messages(RESULTS_REPORTED, many)
        except PublishError:
            refused += 1
            assert refused < 6, "each refusal halves the batches"
        else:
            break
    await publisher.stop()
    assert refused > 0
    assert len(await read_all(kafka, RESULTS_REPORTED)) >= len(many)


async def test_who_gives_up_does_not_take_others_along(bootstrap_servers: str, topic_prefix: str) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test", timeout=60)
    publishing = [
        asyncio.create_task(publisher.publish(RESULTS_REPORTED, [result(number)])) for number in range(50)
    ]
    await publisher.partitions([RESULTS_REPORTED])
    for task in publishing[::2]:
        task.cancel()
    await asyncio.gather(*publishing[1::2])
    await publisher.stop()

    scores = {
        ResultReported.model_validate_json(each.value).score
        for each in await read_all(kafka, RESULTS_REPORTED)
    }
    assert scores >= set(map(float, range(1, 50, 2)))


async def test_a_key_has_the_partition_that_aiokafkas_producer_gives_it(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    keys = [f"lab/modèle-{number}".encode() for number in range(50)]
    async with producer(kafka) as other:
        for key in keys:
            await other.send(kafka.topic_name(RESULTS_REPORTED), b"x", key=key)

    found = {record.key: record.partition for record in await read_all(kafka, RESULTS_REPORTED)}
    assert found == {key: partition_of(key, RESULTS_REPORTED.partitions) for key in keys}


async def test_a_topic_that_is_missing_is_named_with_what_to_do(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    publisher = EventPublisher(kafka, "/test")
    found = await publisher.partitions([RESULTS_REPORTED])
    assert found == {RESULTS_REPORTED: RESULTS_REPORTED.partitions}
    missing = replace(RESULTS_REPORTED, name="none")
    with pytest.raises(NotReadyError, match=rf"no topics {topic_prefix}none: create them"):
        await publisher.partitions([RESULTS_REPORTED, missing])
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
