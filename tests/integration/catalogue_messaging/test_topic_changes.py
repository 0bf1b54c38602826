"""What a worker does when its topics change under it, and when they hold what is no message."""

from uuid import UUID, uuid4

from aiokafka.admin import NewPartitions
from catalogue_messaging.publisher import EventPublisher
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from catalogue_schema.events import OpinionSubmitted
from catalogue_schema.topics import OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED
from support.kafka import administrator, lag, producer, read_all, topics_of
from support.polling import eventually
from support.workers import WorkerProcess, worker

WITHIN = 60
"""Seconds in which a change must be seen."""


async def classified(kafka: KafkaSettings) -> set[UUID]:
    records = await read_all(kafka, OPINIONS_CLASSIFIED)
    return {UUID(dict(record.headers)["ce_id"].decode()) for record in records}


async def publish(kafka: KafkaSettings, count: int = 100) -> set[UUID]:
    publisher = EventPublisher(kafka, "/test", timeout=30)
    events = [OpinionSubmitted(model=f"lab/{number}", content="great") for number in range(count)]
    await publisher.publish(OPINIONS_SUBMITTED, events)
    await publisher.stop()
    return {event.event_id for event in events}


async def kafka_check(process: WorkerProcess) -> str:
    return str((await process.get("/readyz")).json()["kafka"])


async def test_a_topic_that_is_made_again_or_grows_is_consumed_within_a_minute(
    bootstrap_servers: str, topic_prefix: str
) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    name = kafka.topic_name(OPINIONS_SUBMITTED)
    async with worker("sentiment_worker", kafka, SENTIMENT_BACKEND="vader") as process:
        await process.ready()
        before = await publish(kafka)
        await eventually(lambda: classified(kafka), lambda seen: seen == before)

        async with administrator(kafka) as admin:
            await admin.delete_topics([name])
            await eventually(lambda: kafka_check(process), lambda said: f"no topics {name}" in said)
            await ensure_topics(kafka, TopicSettings())
            again = before | await publish(kafka)
            await eventually(lambda: classified(kafka), lambda seen: seen == again, WITHIN)

            await admin.create_partitions({name: NewPartitions(9)})
            await eventually(
                lambda: kafka_check(process), lambda said: "9 partitions, of which 6 are consumed" in said
            )
            grown = again | await publish(kafka)
            await eventually(lambda: classified(kafka), lambda seen: seen == grown, WITHIN)
            await process.ready()


async def test_a_transactions_markers_are_no_lag(bootstrap_servers: str, topic_prefix: str) -> None:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    name = kafka.topic_name(OPINIONS_SUBMITTED)
    async with producer(kafka, transactional_id=uuid4().hex) as sender:
        for number in range(4):
            await sender.begin_transaction()
            event = OpinionSubmitted(model="lab/model", content=f"Opinion {number}")
            await sender.send_and_wait(name, event.to_json(), key=b"lab/model")
            await (sender.abort_transaction() if number % 2 else sender.commit_transaction())
    async with worker("sentiment_worker", kafka, SENTIMENT_BACKEND="vader") as process:
        await process.ready()
        await eventually(lambda: lag(kafka, "sentiment-worker", OPINIONS_SUBMITTED), lambda left: left == 0)
        assert len(await classified(kafka)) == 2
        await eventually(lambda: process.metric("catalogue_consumer_lag"), lambda left: left == 0)
