import time
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError
from local_stack.kafka import KafkaServer
from local_stack.postgres import PostgresServer


async def test_kafka_keeps_its_messages_and_makes_no_topic_unasked(directory: Path) -> None:
    with KafkaServer(directory / "kafka") as kafka:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
        await admin.start()
        await admin.create_topics([NewTopic("kept", 1, 1)])
        await admin.close()
        async with AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap_servers, enable_idempotence=True, request_timeout_ms=5000
        ) as producer:
            await producer.send_and_wait("kept", b"a message")
            with pytest.raises(UnknownTopicOrPartitionError):
                await producer.partitions_for("unasked")

    with KafkaServer(directory / "kafka") as kafka:
        consumer = AIOKafkaConsumer(
            "kept", bootstrap_servers=kafka.bootstrap_servers, group_id="g", auto_offset_reset="earliest"
        )
        async with consumer:
            message = await consumer.getone()
    assert message.value == b"a message"


async def test_postgres_keeps_its_rows_and_asks_for_the_password(directory: Path) -> None:
    with PostgresServer(directory / "postgres") as postgres:
        connection = await asyncpg.connect(postgres.url)
        await connection.execute("CREATE TABLE kept AS SELECT uuidv7() AS id; CREATE EXTENSION pg_trgm")
        await connection.close()

    with PostgresServer(directory / "postgres") as postgres:
        connection = await asyncpg.connect(postgres.url)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 1
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.url, password="guessed")


async def test_postgres_stops_although_somebody_is_connected(directory: Path) -> None:
    with PostgresServer(directory / "postgres") as postgres:
        connection = await asyncpg.connect(postgres.url)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < postgres.stop_timeout / 2, "it was killed, not stopped"
    connection.terminate()
