"""`python -m catalogue_messaging.topics`, on a real broker."""

import os
import subprocess
import sys

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, check_topics, ensure_topics
from catalogue_schema.topics import RESULTS_REPORTED, TOPICS


@pytest.fixture
def kafka(bootstrap_servers: str, topic_prefix: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)


def run(kafka: KafkaSettings, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
    }
    command = [sys.executable, "-m", "catalogue_messaging.topics", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


async def create(kafka: KafkaSettings, topic: NewTopic) -> None:
    admin = AIOKafkaAdminClient(**kafka.client_options())
    await admin.start()
    try:
        await admin.create_topics([topic])
    finally:
        await admin.close()


async def test_the_topics_are_made_as_they_are_described_and_once(kafka: KafkaSettings) -> None:
    assert await ensure_topics(kafka, TopicSettings()) == []
    assert await ensure_topics(kafka, TopicSettings()) == []
    assert await check_topics(kafka, TopicSettings()) == []


async def test_a_check_names_what_is_missing_and_makes_nothing(kafka: KafkaSettings) -> None:
    missing = [f"topic {kafka.topic_name(topic)}: does not exist" for topic in TOPICS]
    assert await check_topics(kafka, TopicSettings()) == missing
    assert await check_topics(kafka, TopicSettings()) == missing


async def test_what_stands_otherwise_is_named_and_left_as_it_is(kafka: KafkaSettings) -> None:
    name = kafka.topic_name(RESULTS_REPORTED)
    await create(kafka, NewTopic(name, 2, 1, topic_configs={"retention.ms": "1000"}))

    lines = await ensure_topics(kafka, TopicSettings(replication_factor=1))
    assert f"topic {name}: partitions is 2, should be 6" in lines
    assert f"topic {name}: retention.ms is 1000, should be {RESULTS_REPORTED.retention_ms}" in lines
    assert await check_topics(kafka, TopicSettings()) == lines


async def test_too_few_copies_are_named(kafka: KafkaSettings) -> None:
    await ensure_topics(kafka, TopicSettings())
    lines = await check_topics(kafka, TopicSettings(replication_factor=3))
    name = kafka.topic_name(RESULTS_REPORTED)
    assert f"topic {name}: replication.factor is 1, should be 3" in lines
    assert f"topic {name}: min.insync.replicas is 1, should be 2" in lines


def test_a_check_fails_where_anything_differs_and_only_there(kafka: KafkaSettings) -> None:
    before = run(kafka, "--check")
    assert before.returncode == 1
    assert f"{kafka.topic_name(RESULTS_REPORTED)}: does not exist" in before.stderr + before.stdout
    assert run(kafka).returncode == 0
    assert run(kafka, "--check").returncode == 0


def test_without_a_broker_it_fails_in_one_line_that_says_where(kafka: KafkaSettings, free_port: int) -> None:
    away = kafka.model_copy(update={"bootstrap_servers": f"127.0.0.1:{free_port}"})
    failed = run(away)
    assert failed.returncode == 1
    assert away.bootstrap_servers in failed.stderr
    assert "Traceback" not in failed.stderr
