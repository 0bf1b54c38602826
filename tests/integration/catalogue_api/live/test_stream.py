"""Events as they pass, to who listens."""

import json

import httpx
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import DEAD_LETTERS, RESULTS_REPORTED, TOPICS
from support.kafka import producer, send_unreadable
from support.listening import listening
from support.posting import MODELS, post, result

RESULTS = RESULTS_REPORTED.name


async def test_two_listeners_hear_the_same_in_the_same_order(live: httpx.AsyncClient) -> None:
    async with listening(live) as one, listening(live, RESULTS) as other:
        await post(live, *range(30))
        heard = await one.until(30)
        assert await other.until(30) == heard

    assert one.of("score") == [float(score) for score in range(30)]
    assert {data["partition"] for _, data in heard} > {heard[0][1]["partition"]}
    name, first = heard[0]
    assert name == "ResultReported"
    assert first.keys() == {"topic", "partition", "offset", "time", "event"}
    assert (first["topic"], first["event"]["model"]) == (RESULTS, MODELS[0])


async def test_a_listener_hears_the_topics_that_it_asked_for(live: httpx.AsyncClient) -> None:
    async with listening(live, "catalogue.opinions.submitted.v1") as opinions, listening(live) as all_heard:
        await post(live, 1)
        (await live.post("/v1/opinions", json={"model": "lab/a", "content": "Good."})).raise_for_status()
        await all_heard.until(2)
        await opinions.until(1)

    assert [name for name, _ in opinions.events] == ["OpinionSubmitted"]
    assert "results" not in opinions.last_id


async def test_an_event_stands_as_it_does_on_its_topic_and_says_whose_it_is(
    live: httpx.AsyncClient, topics: KafkaSettings
) -> None:
    value = {**result(1), "of_tomorrow": ["\u2028", "a\nb", {"x": None}]}
    async with listening(live) as heard, producer(topics) as sender:
        await sender.send_and_wait(
            topics.topic_name(RESULTS_REPORTED),
            json.dumps(value, indent=1).encode(),
            headers=[("ce_producer", b"scraper\r\nevent: x")],
        )
        [(name, data)] = await heard.until(1)

    assert (name, data["event"], data["producer"]) == ("ResultReported", value, "scraper\r\nevent: x")


async def test_of_a_dead_letter_nothing_is_told_that_anybody_wrote(
    live: httpx.AsyncClient, topics: KafkaSettings
) -> None:
    headers = [
        ("__connect.errors.topic", topics.topic_name(RESULTS_REPORTED).encode()),
        ("__connect.errors.partition", b"3"),
        ("__connect.errors.offset", b"12"),
        ("__connect.errors.exception.message", b"a secret"),
        ("catalogue.reason", b"unknown_model"),
        ("catalogue.attempt", b"2"),
    ]
    async with listening(live) as heard, producer(topics) as sender:
        await sender.send_and_wait(topics.topic_name(DEAD_LETTERS), b'{"model": "a secret"}', headers=headers)
        [(name, data)] = await heard.until(1)

    assert (name, data["topic"]) == ("DeadLetter", DEAD_LETTERS.name)
    assert data["event"] == {
        "event_id": None,
        "reason": "unknown_model",
        "attempts": 2,
        "topic": topics.topic_name(RESULTS_REPORTED),
        "partition": 3,
        "offset": 12,
        "letter": None,
    }
    assert "secret" not in json.dumps(data)


async def test_what_cannot_be_read_is_passed_over(live: httpx.AsyncClient, topics: KafkaSettings) -> None:
    async with listening(live, RESULTS) as heard, producer(topics) as sender:
        name = topics.topic_name(RESULTS_REPORTED)
        for value in (b"no JSON", b"\xff", b"[NaN]", b"{}"):
            await sender.send_and_wait(name, value, partition=2)
        await send_unreadable(topics, RESULTS_REPORTED, 2, [b"{}", b"{}"])
        await sender.send_and_wait(name, b"[1]", partition=2)
        await heard.until(3)

    assert [(data["offset"], data["event"]) for _, data in heard.events] == [(3, {}), (4, {}), (6, [1])]
    assert heard.last_id == "results.reported.v1:0.0.7.0.0.0"


async def test_every_topic_is_heard(live: httpx.AsyncClient, topics: KafkaSettings) -> None:
    async with listening(live) as heard, producer(topics) as sender:
        for topic in TOPICS:
            await sender.send_and_wait(topics.topic_name(topic), b"{}")
        await heard.until(len(TOPICS))

    assert {name for name, _ in heard.events} == {topic.event.__name__ for topic in TOPICS}


async def test_head_answers_at_once_and_a_wrong_request_says_what_is_wrong(live: httpx.AsyncClient) -> None:
    head = await live.head("/v1/stream")
    assert head.status_code == httpx.codes.OK
    assert head.headers["Content-Type"].startswith("text/event-stream")
    assert head.headers["X-Accel-Buffering"] == "no"

    wrong: tuple[tuple[dict[str, str], dict[str, str], str], ...] = (
        ({"topic": "catalogue.other.v1"}, {}, "query:topic.0"),
        ({"format": "csv"}, {}, "query:format"),
        ({"last_event_id": "7"}, {}, "query:last_event_id"),
        ({}, {"Last-Event-ID": "results.reported.v1:1.x"}, "header:Last-Event-ID"),
    )
    for params, headers, pointer in wrong:
        answer = await live.get("/v1/stream", params=params, headers=headers)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
