"""A service is known by its label in docker-compose.yml, and named nowhere else."""

import json

import pytest
from support.compose import ComposeStack, our_services, with_role

ANOTHER = "tests/compose/another-worker.yml"
MANAGED = {
    "MANAGED_KAFKA_BOOTSTRAP_SERVERS": "broker:9093",
    "MIGRATIONS_DATABASE_URL": "postgresql://one",
    "CATALOGUE_API_DATABASE_URL": "postgresql://two",
    "INGEST_WORKER_DATABASE_URL": "postgresql://three",
}
LISTED = 'set -euo pipefail; . deploy/bin/services.sh; services_labelled "$@"'


def labelled(stack: ComposeStack, label: str, value: str, *, check: bool = True) -> list[str]:
    return stack.run("bash", "-c", LISTED, "-", label, value, check=check).stdout.split()


def test_the_scripts_find_every_service_by_its_role() -> None:
    stack = ComposeStack()
    assert labelled(stack, "catalogue.role", "worker") == sorted(with_role("worker"))
    assert labelled(stack, "catalogue.role", "api") == sorted(with_role("api"))


def test_the_scripts_find_a_worker_that_is_new() -> None:
    found = labelled(ComposeStack(("docker-compose.yml", ANOTHER)), "catalogue.role", "worker")
    assert set(found) == {*with_role("worker"), "another-worker"}


@pytest.mark.parametrize("role", ["warker", "edge api"])
def test_a_role_that_no_service_has_is_an_error_and_not_an_empty_list(role: str) -> None:
    refused = ComposeStack().run("bash", "-c", LISTED, "-", "catalogue.role", role, check=False)
    assert refused.returncode != 0
    assert f"has the label catalogue.role: {role}" in refused.stderr


@pytest.mark.parametrize("script", ["upgrade", "restore"])
def test_a_script_that_cannot_read_the_configuration_ends_before_it_does_anything(script: str) -> None:
    unreadable = ComposeStack(("docker-compose.yml", "docker-compose.production.yml"))
    refused = unreadable.run(f"deploy/bin/{script}", "backups/none", check=False)
    assert refused.returncode != 0
    assert "is missing a value" in refused.stderr
    assert "no complete backup" not in refused.stderr


def test_a_managed_kafka_is_every_services_with_its_default_of_tls() -> None:
    managed = ComposeStack(("docker-compose.yml", "docker-compose.managed.yml", ANOTHER), MANAGED)
    services = json.loads(managed.compose("config", "--format", "json").stdout)["services"]
    for name in (*our_services(), "another-worker", "topics"):
        environment = services[name]["environment"]
        assert environment["KAFKA_BOOTSTRAP_SERVERS"] == "broker:9093", name
        assert environment["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL", name


def test_addresses_of_make_run_in_the_shell_do_not_reach_the_containers() -> None:
    shell = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "DATABASE_URL": "postgresql://127.0.0.1:1/x"}
    assert "127.0.0.1:1" not in ComposeStack(settings=shell).compose("config").stdout
