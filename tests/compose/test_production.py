"""The stack with docker-compose.production.yml: Kafka knows each service, and lets it do what it does."""

import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
from support.catalogue import Catalogue
from support.compose import ComposeStack, running
from support.listening import listening
from support.secrets import PRODUCTION, SECRETS

KAFKA_FROM_A_SERVICE = """
import asyncio, os, sys
from aiokafka import AIOKafkaProducer, AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from catalogue_messaging.settings import KafkaSettings

async def main(verb, topic):
    options = KafkaSettings().client_options()
    if verb == "write":
        async with AIOKafkaProducer(**options) as producer:
            await producer.send_and_wait(topic, b"{}")
    else:
        async with AIOKafkaConsumer(topic, group_id=sys.argv[3], **options) as consumer:
            await asyncio.wait_for(consumer.getone(), 15)

try:
    asyncio.run(main(*sys.argv[1:3]))
except KafkaError as error:
    sys.exit(type(error).__name__)
"""
SUBMITTED, RESULTS = "catalogue.opinions.submitted.v1", "catalogue.results.reported.v1"
DENIED = [
    ("catalogue-api", "write", "catalogue.opinions.classified.v1", "", "TopicAuthorizationFailedError"),
    ("catalogue-api", "read", SUBMITTED, "ingest-worker.x", "GroupAuthorizationFailedError"),
    ("sentiment-worker", "write", RESULTS, "", "TopicAuthorizationFailedError"),
    ("sentiment-worker", "read", RESULTS, "sentiment-worker.x", "TopicAuthorizationFailedError"),
    ("sentiment-worker", "read", SUBMITTED, "ingest-worker.x", "GroupAuthorizationFailedError"),
    ("ingest-worker", "read", SUBMITTED, "ingest-worker.x", "TopicAuthorizationFailedError"),
]


@pytest.fixture(scope="module")
def production(built: ComposeStack) -> Iterator[ComposeStack]:
    assert built.files != PRODUCTION
    with running(ComposeStack(PRODUCTION, SECRETS)) as stack:
        yield stack


async def test_every_event_goes_all_the_way(
    production: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient]
) -> None:
    async with client_of(production) as api:
        catalogue = await Catalogue.create(api, model="lab/model", benchmark="Bench")
        kept, unknown = catalogue.opinion("I love it."), catalogue.result(8, model="no/one")
        taken_back = catalogue.result(7)
        use_case = {"type": "UseCaseMentioned", "model": catalogue.model, "use_case": "Coding"}
        retraction = {"type": "SubmissionRetracted", "retracts": taken_back["event_id"], "reason": "Twice"}
        for event in (use_case, retraction):
            event["event_id"] = str(uuid.uuid4())
        await catalogue.post(kept, taken_back, unknown, use_case, retraction)
        receipts = [
            (await catalogue.receipt(event["event_id"]))["status"]
            for event in (kept, use_case, retraction, unknown)
        ]
    assert receipts == ["recorded", "recorded", "recorded", "waiting"]


async def test_the_api_hears_what_passes_and_sees_how_far_the_workers_are(
    production: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient]
) -> None:
    async with client_of(production) as api:
        async with listening(api) as heard:
            opinion = {"model": "lab/heard", "content": "I love it."}
            (await api.post("/v1/opinions", json=opinion)).raise_for_status()
            events = await heard.until(3, 60)
        picture = (await api.get("/v1/pipeline")).raise_for_status().json()
    assert {name for name, _ in events} == {"OpinionSubmitted", "OpinionClassified", "DeadLetter"}
    assert {part["name"]: part["status"] for part in picture["parts"]} == dict.fromkeys(
        ("catalogue-api", "kafka", "sentiment-worker", "ingest-worker", "postgresql"), "ok"
    )


@pytest.mark.parametrize(("service", "verb", "topic", "group", "refusal"), DENIED)
def test_what_a_service_does_not_do_kafka_does_not_let_it(
    production: ComposeStack, service: str, verb: str, topic: str, group: str, refusal: str
) -> None:
    command = ("python", "-c", KAFKA_FROM_A_SERVICE, verb, topic, group)
    done = production.compose("exec", "-T", service, *command, check=False)
    assert done.returncode == 1
    assert refusal in done.stderr.splitlines(), done.stderr


def test_who_has_no_password_is_not_let_in(production: ComposeStack) -> None:
    nobody = ("-e", "KAFKA_SASL_PASSWORD=guessed", "sentiment-worker")
    command = ("python", "-c", KAFKA_FROM_A_SERVICE, "write", SUBMITTED)
    done = production.compose("exec", "-T", *nobody, *command, check=False)
    assert done.returncode == 1
    assert "uthentication" in done.stderr
    assert not production.compose("exec", "-T", "sentiment-worker", "true", check=False).returncode


def test_the_services_users_are_made_again_without_harm(production: ComposeStack) -> None:
    production.compose("run", "--rm", "--no-deps", "kafka-users")
