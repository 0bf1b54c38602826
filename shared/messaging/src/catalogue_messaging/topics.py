"""Creating the topics, and saying where the broker's differ: `python -m catalogue_messaging.topics`."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code
from catalogue_runtime.logs import configure_logging
from catalogue_runtime.settings import LogSettings, load_settings
from catalogue_schema.topics import TOPICS, Topic
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from catalogue_messaging.settings import KafkaSettings

log = structlog.get_logger(__name__)


class TopicSettings(BaseSettings):
    """`TOPIC_REPLICATION_FACTOR`: copies of each partition, 3 on a cluster that must survive a broker."""

    model_config = SettingsConfigDict(env_prefix="TOPIC_")

    replication_factor: Annotated[int, Field(ge=1, le=10)] = 1

    @property
    def min_insync_replicas(self) -> int:
        """One copy may be away without stopping writes."""
        return max(1, self.replication_factor - 1)


async def ensure_topics(kafka: KafkaSettings, topics: TopicSettings) -> list[str]:
    """Create what is missing. Returns a line for each setting that stands otherwise than it should.

    Raises KafkaError where Kafka refuses or is away. A topic that stands is never changed.
    """
    async with _admin(kafka) as admin:
        for topic in TOPICS:
            await _create(admin, kafka.topic_name(topic), topic, topics)
        return [
            line for topic in TOPICS for line in await _drift(admin, kafka.topic_name(topic), topic, topics)
        ]


async def check_topics(kafka: KafkaSettings, topics: TopicSettings) -> list[str]:
    """The same lines, and one for each topic that is missing. Creates nothing. Raises KafkaError."""
    lines = []
    async with _admin(kafka) as admin:
        existing = set(await admin.list_topics())
        for topic in TOPICS:
            name = kafka.topic_name(topic)
            if name in existing:
                lines += await _drift(admin, name, topic, topics)
            else:
                lines.append(f"topic {name}: does not exist")
    return lines


@asynccontextmanager
async def _admin(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**kafka.client_options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


def _settings(topic: Topic, topics: TopicSettings) -> dict[str, str]:
    return {**topic.settings, "min.insync.replicas": str(topics.min_insync_replicas)}


async def _create(admin: AIOKafkaAdminClient, name: str, topic: Topic, topics: TopicSettings) -> None:
    new = NewTopic(name, topic.partitions, topics.replication_factor, topic_configs=_settings(topic, topics))
    response = await admin.create_topics([new])
    for _, code, *message in response.topic_errors:
        error = for_code(code)
        if error is TopicAlreadyExistsError:
            continue
        if code:
            raise error(f"topic {name} could not be created: {message[0] if message else error.description}")
        log.info("topic created", topic=name, partitions=topic.partitions)


async def _drift(admin: AIOKafkaAdminClient, name: str, topic: Topic, topics: TopicSettings) -> list[str]:
    actual = await _described(admin, name)
    wanted = {
        "partitions": str(topic.partitions),
        "replication.factor": str(topics.replication_factor),
        **_settings(topic, topics),
    }
    return [
        f"topic {name}: {key} is {actual.get(key)}, should be {value}"
        for key, value in wanted.items()
        if actual.get(key) != value
    ]


async def _described(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    """Raises KafkaError. A topic that was just created may take a moment to be known everywhere."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(UnknownTopicOrPartitionError),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(10),
        reraise=True,
    ):
        with attempt:
            [described] = await admin.describe_topics([name])
            [response] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
            [(code, message, *_, entries)] = response.resources
            for error in filter(None, (described["error_code"], code)):
                raise for_code(error)(message or name)
    partitions = described["partitions"]
    return {
        "partitions": str(len(partitions)),
        "replication.factor": str(min(len(partition["replicas"]) for partition in partitions)),
        **{entry[0]: entry[1] for entry in entries},
    }


def main() -> None:
    """Exits with 1 where Kafka refuses or is away, and with `--check` where anything differs."""
    parser = argparse.ArgumentParser("python -m catalogue_messaging.topics", description=__doc__)
    parser.add_argument("--check", action="store_true", help="create nothing; fail where anything differs")
    only_check: bool = parser.parse_args().check
    configure_logging(load_settings(LogSettings))
    kafka, topics = load_settings(KafkaSettings), load_settings(TopicSettings)
    try:
        drift = asyncio.run((check_topics if only_check else ensure_topics)(kafka, topics))
    except KafkaError as error:
        advice = f"is Kafka running at {kafka.bootstrap_servers}, and does it let us in?"
        sys.exit(f"topics: {error}; {advice} What it said is above; the settings are KAFKA_...")
    for line in drift:
        log.warning("drift", detail=line)
    sys.exit(1 if drift and only_check else 0)


if __name__ == "__main__":
    main()
