"""The same images on a Kafka and a PostgreSQL that somebody else runs, and that demand TLS and passwords."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from support.catalogue import Catalogue
from support.compose import ComposeStack, our_services
from support.polling import eventually
from support.secured_kafka import make_certificates

FILES = ("docker-compose.yml", "docker-compose.managed.yml", "tests/compose/outside.yml")
DATABASE = "outside-postgres/catalogue?sslmode=verify-full&sslrootcert=/certificates/ca.pem"
PASSWORD = "a-managed-password"


def settings(directory: Path) -> dict[str, str]:
    trusted, server = directory / "trusted", directory / "server"
    for path in (directory, trusted, server):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)  # the containers' users are others
    cafile, keystore = make_certificates(directory, "outside-kafka", "outside-postgres")
    for made, place in ((cafile, trusted), (keystore, server)):
        Path(shutil.copy(made, place)).chmod(0o644)
    return {
        "CERTIFICATES": str(trusted),
        "SERVER_CERTIFICATES": str(server),
        "MANAGED_KAFKA_BOOTSTRAP_SERVERS": "outside-kafka:9093",
        "MANAGED_KAFKA_SASL_USERNAME": "catalogue",
        "MANAGED_KAFKA_SASL_PASSWORD": PASSWORD,
        "MANAGED_KAFKA_SSL_CAFILE": "/certificates/ca.pem",
        "TOPIC_REPLICATION_FACTOR": "1",
        "MIGRATIONS_DATABASE_URL": f"postgresql://catalogue_owner:owner@{DATABASE}",
        "CATALOGUE_API_DATABASE_URL": f"postgresql://catalogue_api:api@{DATABASE}",
        "INGEST_WORKER_DATABASE_URL": f"postgresql://ingest_worker:ingest@{DATABASE}",
    }


def in_kafka(stack: ComposeStack, *command: str) -> str:
    tool = ("-e", "KAFKA_HEAP_OPTS=-Xmx128m", "outside-kafka", *command)
    return stack.compose("exec", "-T", *tool).stdout


@pytest.fixture(scope="module")
def managed(built: ComposeStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    stack = ComposeStack(FILES, settings(tmp_path_factory.mktemp("managed")))
    assert built.project != stack.project
    try:
        stack.compose("up", "--detach", "outside-kafka", "outside-postgres")
        add_user(stack)
        stack.up()
        yield stack
    finally:
        stack.down("--volumes", "--timeout", "10")


def add_user(stack: ComposeStack) -> None:
    server = ("--bootstrap-server", "localhost:9092")
    credentials = f"SCRAM-SHA-512=[password={PASSWORD}]"
    entity = ("--entity-type", "users", "--entity-name", "catalogue", "--add-config", credentials)
    in_kafka(stack, "/opt/kafka/bin/kafka-configs.sh", *server, "--alter", *entity)


async def test_events_go_all_the_way_over_tls_with_passwords(
    managed: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient]
) -> None:
    async with client_of(managed) as api:
        catalogue = await Catalogue.create(api, model="lab/model", benchmark="Bench")
        events = [catalogue.opinion("I love it."), catalogue.result(7), catalogue.result(8, model="no/one")]
        await catalogue.post(*events)
        receipts = [(await catalogue.receipt(event["event_id"]))["status"] for event in events]
    assert receipts == ["recorded", "recorded", "waiting"]


def test_nothing_of_our_own_was_started(managed: ComposeStack) -> None:
    running = managed.compose("ps", "--services").stdout.split()
    assert {"outside-kafka", "outside-postgres", "edge"} <= set(running)
    assert not {"kafka", "postgres"} & set(running)


@pytest.mark.parametrize("service", our_services())
async def test_a_wrong_password_is_said_and_the_right_one_is_enough_to_go_on(
    managed: ComposeStack, service: str
) -> None:
    wrong = ComposeStack(
        FILES,
        {**managed.settings, "MANAGED_KAFKA_SASL_PASSWORD": "not-this-one"},
        managed.project,
        managed.ports,
    )
    wrong.compose("up", "--detach", "--no-deps", service)

    async def said() -> str:
        return managed.compose("logs", "--tail", "50", service).stdout

    try:
        await eventually(said, lambda text: "uthentication" in text, seconds=60)
        assert managed.container(service)["RestartCount"] == 0
    finally:
        managed.up("--no-deps", service)


def test_a_missing_address_is_named(tmp_path: Path) -> None:
    given = settings(tmp_path)
    del given["MANAGED_KAFKA_BOOTSTRAP_SERVERS"]
    refused = ComposeStack(FILES[:2], given).compose("up", "--detach", check=False)
    assert refused.returncode != 0
    assert "MANAGED_KAFKA_BOOTSTRAP_SERVERS is missing a value" in refused.stderr
