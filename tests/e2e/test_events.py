"""From an event posted over HTTP to a row that can be read."""

import asyncio
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer
from support.catalogue import Catalogue, Json
from support.polling import eventually
from support.system import System


async def test_an_opinion_becomes_a_row_with_its_sentiment(catalogue: Catalogue) -> None:
    opinion = catalogue.opinion("I love it, a fantastic model.", source="forum", tags=["praise"])
    opinion.pop("type")
    accepted = await catalogue.api.post("/v1/opinions", json=opinion)

    assert accepted.status_code == httpx.codes.ACCEPTED
    assert accepted.headers["Location"] == f"/v1/events/{opinion['event_id']}"
    receipt = await catalogue.receipt(opinion["event_id"])
    assert receipt["status"] == "recorded"
    row = (await catalogue.api.get(receipt["location"])).json()
    assert row["content"] == opinion["content"]
    assert row["model"] == catalogue.model
    assert row["sentiment"] == "positive"
    assert row["classifier"]
    assert 0 < row["sentiment_confidence"] <= 1
    assert [found["id"] for found in await catalogue.opinions(tag="praise", sentiment="positive")] == [
        row["id"]
    ]


async def test_a_sentiment_that_its_producer_gave_is_kept(catalogue: Catalogue) -> None:
    opinion = catalogue.opinion("I love it, a fantastic model.", sentiment="negative")
    await catalogue.post(opinion)
    await catalogue.receipt(opinion["event_id"])

    [row] = await catalogue.opinions()
    assert (row["sentiment"], row["classifier"]) == ("negative", None)


async def test_a_result_stands_in_the_ranking(catalogue: Catalogue) -> None:
    result = catalogue.result(71.5, date_tested="2025-01-15")
    await catalogue.post(result)
    assert (await catalogue.receipt(result["event_id"]))["status"] == "recorded"

    [ranked] = await catalogue.ranking()
    assert (ranked["rank"], ranked["model"], ranked["score"]) == (1, catalogue.model, 71.5)


async def test_of_two_results_for_one_date_the_later_stands_whatever_arrives_first(
    catalogue: Catalogue,
) -> None:
    later = catalogue.result(80, date_tested="2025-01-15", occurred_at="2025-01-20T12:00:00Z")
    earlier = catalogue.result(70, date_tested="2025-01-15", occurred_at="2025-01-20T11:00:00Z")
    for event in (later, earlier):
        await catalogue.post(event)
        assert (await catalogue.receipt(event["event_id"]))["status"] == "recorded"

    assert [row["score"] for row in await catalogue.results()] == [80]


async def test_posting_the_same_events_again_changes_nothing(catalogue: Catalogue) -> None:
    events = [
        catalogue.result(70, date_tested="2025-01-15"),
        catalogue.result(71, date_tested="2025-01-15"),
        catalogue.opinion("Good at Go."),
    ]
    await catalogue.post(*events)
    for event in events:
        await catalogue.receipt(event["event_id"])
    before = (await catalogue.results(), await catalogue.opinions())

    await catalogue.post(*events)
    marker = [catalogue.result(1), catalogue.opinion("The marker.")]
    await catalogue.post(*marker)  # the same partition keeps order: when these are rows, the repeats are done
    for event in marker:
        await catalogue.receipt(event["event_id"])

    marked = {event["event_id"] for event in marker}
    after = [
        [row for row in rows if row["event_id"] not in marked]
        for rows in (await catalogue.results(), await catalogue.opinions())
    ]
    assert (after[0], after[1]) == before


async def test_an_event_of_an_unknown_model_waits_and_is_recorded_when_an_alias_appears(
    catalogue: Catalogue,
) -> None:
    unknown = f"nobody/{uuid4().hex}"
    stray = catalogue.result(50, model=unknown, source="papers", date_tested="2025-01-02")
    good = catalogue.result(60)
    await catalogue.post(stray, good)

    receipt = await catalogue.receipt(stray["event_id"])
    assert receipt["status"] == "waiting"
    assert receipt["dead_letter"]["reason"] == "unknown_model"
    assert unknown in receipt["dead_letter"]["detail"]
    assert (await catalogue.receipt(good["event_id"]))["status"] == "recorded"
    [waiting] = [item for item in await catalogue.items("/v1/unresolved-names") if item["name"] == unknown]
    assert (waiting["count"], waiting["sources"]) == (1, ["papers"])

    alias = {"kind": "model", "alias": unknown, "name": catalogue.model, "confirmed_by": "a test"}
    (await catalogue.api.post("/v1/aliases", json=alias)).raise_for_status()
    receipt = await catalogue.receipt(stray["event_id"], "recorded")
    assert receipt["reported"]["model"] == {"name": unknown, "resolved_by": "alias"}
    assert receipt["dead_letter"] is None
    [row] = [row for row in await catalogue.results() if row["event_id"] == stray["event_id"]]
    assert (row["score"], row["reported"]["model"]["name"]) == (50, unknown)


async def test_an_opinion_waits_through_both_workers(catalogue: Catalogue) -> None:
    later = f"lab/{uuid4().hex}"
    opinion = catalogue.opinion("I love it.", model=later)
    await catalogue.post(opinion)
    await catalogue.receipt(opinion["event_id"], "waiting")

    new = {"name": later, "organization": "lab"}
    (await catalogue.api.post("/v1/models", json=new)).raise_for_status()
    receipt = await catalogue.receipt(opinion["event_id"], "recorded")
    assert receipt["reported"] is None


async def test_an_id_with_other_content_is_a_conflict_and_the_first_stays(catalogue: Catalogue) -> None:
    first = catalogue.opinion("The first.")
    second = first | {"content": "Another."}
    await catalogue.post(first, second, first)

    async def look() -> Json:
        receipt: Json = (await catalogue.api.get(f"/v1/events/{first['event_id']}")).json()
        return receipt

    receipt = await eventually(look, lambda found: bool(found["conflicts"]), 60)
    assert receipt["status"] == "recorded"
    [conflict] = receipt["conflicts"]
    assert conflict["reason"] == "event_id_conflict"
    letter = (await catalogue.api.get(f"/v1/dead-letters/{conflict['id']}")).json()
    assert "Another." in letter["value"]["text"]
    assert [row["content"] for row in await catalogue.opinions()] == ["The first."]


async def test_invalid_items_are_reported_and_the_others_published(catalogue: Catalogue) -> None:
    good = catalogue.result(60)
    lines = [
        catalogue.result(60) | {"score": "sixty"},
        good,
        catalogue.opinion("Fine.", mood="sunny"),
    ]
    answer = (await catalogue.api.post("/v1/events", json=lines)).json()

    assert (answer["accepted"], answer["event_ids"]) == (1, [good["event_id"]])
    rejected = {item["index"]: [error["pointer"] for error in item["errors"]] for item in answer["rejected"]}
    assert rejected == {0: ["/score"], 2: ["/mood"]}
    assert (await catalogue.receipt(good["event_id"]))["status"] == "recorded"


async def test_cloudevents_batches_are_taken(catalogue: Catalogue) -> None:
    event_id = str(uuid4())
    data = {"model": catalogue.model, "content": "Terrible, it fails all the time."}
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/scraper",
        "type": "OpinionSubmitted",
        "data": data,
    }
    answer = await catalogue.api.post(
        "/v1/events", json=[event], headers={"Content-Type": "application/cloudevents-batch+json"}
    )

    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    assert (await catalogue.receipt(event_id))["status"] == "recorded"
    assert [row["sentiment"] for row in await catalogue.opinions()] == ["negative"]


async def test_a_downstream_consumer_reads_classified_opinions(catalogue: Catalogue, system: System) -> None:
    opinion = catalogue.opinion("Great model.")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    topic = "catalogue.opinions.classified.v1"
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=system.bootstrap_servers, auto_offset_reset="earliest"
    )
    async with consumer:
        await catalogue.api.post("/v1/events", json=[opinion], headers={"traceparent": trace})
        async with asyncio.timeout(30):
            async for message in consumer:
                headers = dict(message.headers)
                if headers["ce_id"].decode() == opinion["event_id"]:
                    break

    assert message.key.decode() == catalogue.model
    assert headers["ce_type"] == b"OpinionClassified"
    assert headers["content-type"] == b"application/json"
    assert headers["traceparent"] == trace.encode()


async def test_a_thousand_mixed_events_all_arrive_once(catalogue: Catalogue) -> None:
    opinions = [catalogue.opinion(f"It is good, says reader {n}.") for n in range(500)]
    results = [
        catalogue.result(n / 10, date_tested=f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}") for n in range(500)
    ]
    await catalogue.post(*(event for pair in zip(opinions, results, strict=True) for event in pair))

    async def counts() -> dict[str, int]:
        model = (await catalogue.api.get(f"/v1/models/{catalogue.model}")).json()
        found: dict[str, int] = model["counts"]
        return found

    distinct_dates = len({result["date_tested"] for result in results})
    counted = await eventually(counts, lambda c: (c["opinions"], c["results"]) == (500, distinct_dates), 60)
    assert counted["use_cases"] == 0
