"""The tests' servers as containers, of the images that docker-compose.yml runs."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import docker
from docker.errors import DockerException
from local_stack.ports import LOOPBACK, free_port
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:17-trixie"
START_TIMEOUT = 120
KAFKA_PORT, POSTGRES_PORT = 9092, 5432


def images_are_here() -> bool:
    """Whether an engine on this machine answers and has both images: tests download none."""
    try:
        client = docker.from_env(timeout=5)
        for image in (KAFKA_IMAGE, POSTGRES_IMAGE, testcontainers_config.ryuk_image):
            client.images.get(image)
    except DockerException:
        return False
    return str(client.api.base_url).startswith("http+docker")


@contextmanager
def kafka_and_postgres(postgres_settings: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Kafka's address and PostgreSQL's URL."""
    # Left to itself it looks for published ports at the bridge's gateway when this machine is a container.
    testcontainers_config.tc_host_override = LOOPBACK
    testcontainers_config.connection_mode_override = ConnectionMode.docker_host
    options = [word for name, value in postgres_settings.items() for word in ("-c", f"{name}={value}")]
    # Words that stand nowhere else, for tests that look for them: testcontainers' own password is "test".
    user, password, database = (f"{kind}{secrets.token_hex(8)}" for kind in ("user", "secret", "database"))
    postgres = PostgresContainer(
        POSTGRES_IMAGE, username=user, password=password, dbname=database, driver=None
    ).with_command(["postgres", *options])
    kafka = _kafka(port := free_port())
    with postgres, kafka:
        yield f"{LOOPBACK}:{port}", postgres.get_connection_url()


def _kafka(port: int) -> DockerContainer:
    """testcontainers' own KafkaContainer knows other images only."""
    settings = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "LISTENERS": f"HOST://:{KAFKA_PORT},INTERNAL://localhost:19092,CONTROLLER://localhost:9093",
        # A broker tells its clients where it is, so the port must be known before it starts. That address
        # leads nowhere in the container, where the broker asks itself about transactions.
        "ADVERTISED_LISTENERS": f"HOST://{LOOPBACK}:{port},INTERNAL://localhost:19092",
        "LISTENER_SECURITY_PROTOCOL_MAP": "HOST:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "INTER_BROKER_LISTENER_NAME": "INTERNAL",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "HEAP_OPTS": "-Xms256m -Xmx512m",
    }
    started = LogMessageWaitStrategy(re.compile(r".*Kafka Server started.*"))
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(KAFKA_PORT, port)
    for name, value in settings.items():
        container.with_env(f"KAFKA_{name}", value)
    return container.waiting_for(started.with_startup_timeout(START_TIMEOUT))
