"""What the images hold, and what they don't."""

import json
from typing import Any

import pytest
from support.compose import ComposeStack, definitions, our_services
from support.containers import KAFKA_IMAGE, POSTGRES_IMAGE

IMAGES = (*our_services(), "migrations")
FORBIDDEN = {
    "catalogue-api": {"alembic", "faststream", "vaderSentiment", "onnxruntime"},
    "ingest-worker": {"fastapi", "uvicorn", "starlette", "alembic", "vaderSentiment"},
    "sentiment-worker": {
        "sqlalchemy",
        "sqlmodel",
        "asyncpg",
        "fastapi",
        "uvicorn",
        "onnxruntime",
        "requests",
    },
    "migrations": {"fastapi", "uvicorn", "aiokafka", "faststream"},
}
DEVELOPMENT = {"pytest", "mypy", "ruff", "testcontainers", "local_stack", "hypothesis"}
MEGABYTE = 1000 * 1000


def name(service: str) -> str:
    return f"ai-model-catalogue/{service}:local"


def inspect(built: ComposeStack, service: str) -> dict[str, Any]:
    [found] = json.loads(built.run("docker", "image", "inspect", name(service)).stdout)
    return dict(found)


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_is_small_labelled_and_not_roots(built: ComposeStack, service: str) -> None:
    image = inspect(built, service)

    assert image["Size"] < 250 * MEGABYTE
    assert image["Config"]["User"] == "10001:10001"
    assert image["Config"]["Labels"]["org.opencontainers.image.title"].endswith(service)


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_has_its_own_dependencies_and_no_others(built: ComposeStack, service: str) -> None:
    listing = "import pkgutil; print(*(module.name for module in pkgutil.iter_modules()))"
    modules = set(built.run("docker", "run", "--rm", name(service), "python", "-c", listing).stdout.split())

    assert "catalogue_schema" in modules
    assert not modules & (FORBIDDEN.get(service, set()) | DEVELOPMENT)


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_has_no_build_tools(built: ComposeStack, service: str) -> None:
    search = "for tool in gcc cc make uv git; do command -v $tool; done; true"
    assert built.run("docker", "run", "--rm", name(service), "sh", "-c", search).stdout == ""


def test_every_python_image_is_of_the_one_dockerfile_and_its_service_has_a_role() -> None:
    built_by = {
        name: service["build"]["dockerfile"] for name, service in definitions().items() if "build" in service
    }
    assert built_by.pop("edge") == "deploy/edge/Dockerfile"
    assert set(built_by.values()) == {"deploy/python/Dockerfile"}
    assert set(built_by) == set(IMAGES)


def test_an_image_without_a_classifiers_extra_says_how_to_get_it(built: ComposeStack) -> None:
    chosen = ("-e", "SENTIMENT_BACKEND=vader", "-e", "KAFKA_BOOTSTRAP_SERVERS=nowhere:1")
    refused = built.run("docker", "run", "--rm", *chosen, name("sentiment-worker"), check=False)
    assert refused.returncode == 1
    assert "SENTIMENT_EXTRA=vader" in refused.stderr


def test_the_other_tests_use_the_same_kafka_and_postgres(built: ComposeStack) -> None:
    assert {KAFKA_IMAGE, POSTGRES_IMAGE} <= set(built.compose("config", "--images").stdout.split())
