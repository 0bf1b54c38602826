"""Every path that an event takes, and its floor: the same work with nothing around it."""

import asyncio
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from catalogue_messaging.publisher import EventPublisher
from catalogue_schema.events import Event
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED, RESULTS_REPORTED, Topic
from sentiment_worker.classifiers import load_classifier
from support.access import make_key
from support.polling import eventually

from benchmarks.pipeline.events import classified, ndjson, results, submitted
from benchmarks.pipeline.load import post_all, request
from benchmarks.pipeline.measuring import Measured, measuring
from benchmarks.pipeline.stack import Bench

API, INGEST, SENTIMENT = "catalogue_api", "ingest_worker", "sentiment_worker"
BATCH = 1000
WARM = 5
"""Events whose latency is left out."""
OPINION_COLUMNS = (
    "event_id", "content", "sentiment", "sentiment_confidence", "classifier", "source", "author"
)  # fmt: skip
JSON, NDJSON = "application/json", "application/x-ndjson"
UNNEST = """
INSERT INTO opinions
    (event_id, model_id, content, sentiment, sentiment_confidence, classifier, source, author)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::float[], $6::text[], $7::text[],
                     $8::text[])
ON CONFLICT (event_id, producer) DO NOTHING
"""


async def publish(bench: Bench, topic: Topic, events: Sequence[Event]) -> None:
    publisher = EventPublisher(bench.kafka, "/bench", timeout=120)
    await publisher.publish(topic, events)
    await publisher.stop()


async def single_posts(bench: Bench, count: int) -> Measured:
    bodies = [event.model_dump_json().encode() for event in submitted(count)]
    return await _posted(
        bench, ["-m", API], [request("/v1/opinions", body, JSON) for body in bodies], count, 64
    )


async def single_posts_with_a_key(bench: Bench, count: int) -> Measured:
    """As above, where it is asked whose each is."""
    key = await make_key(bench.database_url, "events:write")
    requests = [request("/v1/opinions", event.to_json(), JSON, key) for event in submitted(count)]
    return await _posted(bench, ["-m", API], requests, count, 64, AUTH="required")


async def bare_posts(bench: Bench, count: int) -> Measured:
    bodies = [event.model_dump_json().encode() for event in submitted(count)]
    requests = [request("/", body, JSON) for body in bodies]
    return await _posted(bench, ["-m", "benchmarks.pipeline.bare"], requests, count, 64)


async def batch_posts(bench: Bench, count: int) -> Measured:
    requests = [request("/v1/events", body, NDJSON) for body in ndjson(submitted(count), BATCH)]
    return await _posted(bench, ["-m", API], requests, count, 8)


async def single_posts_to_two(bench: Bench, count: int) -> Measured:
    requests = [request("/v1/opinions", event.to_json(), JSON) for event in submitted(count)]
    async with bench.running("-m", API) as one, bench.running("-m", API) as other:
        halves = ((one, requests[::2]), (other, requests[1::2]))
        await asyncio.gather(*(post_all(each.url, half[:128], 32) for each, half in halves))  # warm
        async with measuring(count, one.pid, other.pid) as measured:
            await asyncio.gather(*(post_all(each.url, half, 32) for each, half in halves))
    return measured


async def _posted(
    bench: Bench,
    command: Sequence[str],
    requests: Sequence[bytes],
    count: int,
    connections: int,
    **settings: str,
) -> Measured:
    async with bench.running(*command, **settings) as running:
        await post_all(running.url, requests[: connections * 4], connections)  # warm
        async with measuring(count, running.pid) as measured:
            await post_all(running.url, requests, connections)
    return measured


async def raw_production(bench: Bench, count: int) -> Measured:
    """The same bytes through aiokafka's idempotent producer."""
    topic, values = bench.kafka.topic_name(OPINIONS_SUBMITTED), submitted(count)
    bodies = [(event.model_dump_json().encode(), event.model.encode()) for event in values]
    options = {"acks": "all", "enable_idempotence": True, "max_batch_size": 256 * 1024}
    async with (
        AIOKafkaProducer(**bench.kafka.client_options(), **options) as producer,
        measuring(count) as measured,
    ):
        await asyncio.gather(*[await producer.send(topic, body, key=key) for body, key in bodies])
    return measured


async def opinions_to_rows(bench: Bench, count: int) -> Measured:
    await publish(bench, OPINIONS_CLASSIFIED, classified(count))
    async with bench.running("-m", INGEST) as worker:
        return await _recorded(bench, "opinions", count, worker.pid)


async def opinions_to_rows_by_two(bench: Bench, count: int) -> Measured:
    async with bench.running("-m", INGEST) as one, bench.running("-m", INGEST) as other:
        # When both are there, or the first would have done it all by then.
        await publish(bench, OPINIONS_CLASSIFIED, classified(count))
        return await _recorded(bench, "opinions", count, one.pid, other.pid)


async def results_to_rows(bench: Bench, count: int) -> Measured:
    await publish(bench, RESULTS_REPORTED, results(count))
    async with bench.running("-m", INGEST) as worker:
        return await _recorded(bench, "result_reports", count, worker.pid)


async def _recorded(bench: Bench, table: str, count: int, *pids: int) -> Measured:
    """From the first rows that are seen, so that the workers' start is left out."""

    async def rows() -> int:
        return int(await bench.database.fetchval(f"SELECT count(*) FROM {table}"))

    first = await eventually(rows, bool, 60)
    async with measuring(count - first, *pids) as measured:
        await eventually(rows, lambda seen: seen >= count, 300)
    return measured


async def unnest(bench: Bench, count: int) -> Measured:
    """The same rows through asyncpg's INSERT … SELECT unnest, a thousand at a time, from memory."""
    ids = {row["name"]: row["id"] for row in await bench.database.fetch("SELECT id, name FROM models")}
    events = classified(count)
    async with measuring(count) as measured:
        for at in range(0, count, BATCH):
            some = events[at : at + BATCH]
            columns = [[getattr(event, name) for event in some] for name in OPINION_COLUMNS]
            await bench.database.execute(
                UNNEST, columns[0], [ids[event.model] for event in some], *columns[1:]
            )
    return measured


async def opinions_classified(bench: Bench, count: int) -> Measured:
    await publish(bench, OPINIONS_SUBMITTED, submitted(count))

    name = bench.kafka.topic_name(OPINIONS_CLASSIFIED)
    partitions = [TopicPartition(name, number) for number in range(OPINIONS_CLASSIFIED.partitions)]
    consumer = AIOKafkaConsumer(**bench.kafka.client_options())

    async def done() -> int:
        return sum((await consumer.end_offsets(partitions)).values())

    async with consumer, bench.running("-m", SENTIMENT) as running:
        first = await eventually(done, bool, 60)
        async with measuring(count - first, running.pid) as measured:
            await eventually(done, lambda seen: seen >= count, 300)
    return measured


async def classifier_alone(_: Bench, count: int) -> Measured:
    classifier, texts = load_classifier("fast"), [event.content for event in submitted(count)]
    classifier.classify(texts[:BATCH])
    async with measuring(count) as measured:
        for at in range(0, count, BATCH):
            classifier.classify(texts[at : at + BATCH])
    return measured


async def latency(bench: Bench, path: str, table: str, events: Sequence[Event]) -> list[float]:
    """Seconds from each post to its row being visible to another connection, at ten events a second."""
    times = []
    async with bench.running("-m", API) as api, bench.running("-m", INGEST), bench.running("-m", SENTIMENT):
        for number, event in enumerate(events):
            started = time.perf_counter()
            await post_all(api.url, [request(path, event.model_dump_json().encode(), JSON)], 1)
            await _row(bench, table, event, started + 30)
            if number >= WARM:
                times.append(time.perf_counter() - started)
            await asyncio.sleep(max(0.0, started + 0.1 - time.perf_counter()))
    return times


async def _row(bench: Bench, table: str, event: Event, deadline: float) -> None:
    found = f"SELECT 1 FROM {table} WHERE event_id = $1"
    while not await bench.database.fetchval(found, event.event_id):
        if time.perf_counter() > deadline:
            raise TimeoutError(f"no row of {event.event_id} within 30 s")
        await asyncio.sleep(0.001)
