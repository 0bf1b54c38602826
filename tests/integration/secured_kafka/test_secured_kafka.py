"""Every service works with a broker that asks for a password over TLS, and says so when it is not let in."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest
import trustme
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.topics import TopicSettings, ensure_topics
from local_stack.ports import free_port
from local_stack.services import SERVICES, ServiceProcess
from support.catalogue import Catalogue
from support.polling import eventually
from support.secured_kafka import MECHANISMS, SecuredKafka, secured_kafka


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("secured")) as kafka:
        yield kafka


def make_topics(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "catalogue_messaging.topics"]
    return subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, timeout=60, check=False
    )


def services(settings: dict[str, str], logs: Path) -> list[ServiceProcess]:
    ports = {service.port_setting: str(free_port()) for service in SERVICES}
    return [
        ServiceProcess(service, os.environ | settings | ports, logs / f"{service.name}.log")
        for service in SERVICES
    ]


@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_topics_are_made_with_every_mechanism(
    kafka: SecuredKafka, topic_prefix: str, mechanism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (kafka.environment(mechanism) | {"KAFKA_TOPIC_PREFIX": topic_prefix}).items():
        monkeypatch.setenv(name, value)
    assert await ensure_topics(KafkaSettings(), TopicSettings()) == []


async def test_an_event_goes_all_the_way(
    kafka: SecuredKafka, database_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = kafka.environment() | {"KAFKA_TOPIC_PREFIX": topic_prefix, "DATABASE_URL": database_url}
    assert make_topics(settings).returncode == 0
    with ExitStack() as stack:
        started = [stack.enter_context(service) for service in services(settings, tmp_path)]
        host, port = started[-1].address
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=30) as api:
            catalogue = await Catalogue.create(api, model="lab/model", benchmark="Bench")
            events = [
                catalogue.opinion("I love it."),
                catalogue.result(7),
                catalogue.result(8, model="no/one"),
            ]
            await catalogue.post(*events)
            receipts = [(await catalogue.receipt(event["event_id"]))["status"] for event in events]
    assert receipts == ["recorded", "recorded", "waiting"]


async def test_a_wrong_password_is_said_by_every_service(
    kafka: SecuredKafka, database_url: str, tmp_path: Path
) -> None:
    settings = kafka.environment(password="not this one") | {"DATABASE_URL": database_url}
    with ExitStack() as stack:
        for service in services(settings, tmp_path):
            service.start()
            stack.callback(service.stop)
            said = partial(asyncio.to_thread, service.output)
            await eventually(said, lambda text: "authentication" in text.lower(), seconds=60)
            assert service.exit_code is None  # it tries again: a password can be put right at the broker
            assert "not this one" not in service.output()


def test_topics_that_are_not_let_in_fail_and_say_why(kafka: SecuredKafka) -> None:
    refused = make_topics(kafka.environment(password="not this one"))
    assert refused.returncode == 1
    assert "authentication" in refused.stderr.lower()
    assert "Traceback" not in refused.stderr


def test_a_broker_with_a_certificate_of_somebody_else_is_not_trusted(
    kafka: SecuredKafka, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    refused = make_topics(kafka.environment() | {"KAFKA_SSL_CAFILE": str(other)})
    assert refused.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr + refused.stdout
