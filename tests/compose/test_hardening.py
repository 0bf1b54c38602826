"""What each container may use and reach."""

from ipaddress import ip_address
from typing import Any

import pytest
from support.compose import ONCE, ComposeStack, staying_services, with_role
from support.secrets import PRODUCTION, SECRETS


@pytest.fixture(params=staying_services() + ONCE)
def container(stack: ComposeStack, request: pytest.FixtureRequest) -> dict[str, Any]:
    return stack.container(request.param)


def test_a_container_has_no_more_rights_than_it_needs(container: dict[str, Any]) -> None:
    host = container["HostConfig"]

    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert not host["Privileged"]


def test_a_container_does_not_run_as_root(stack: ComposeStack) -> None:
    for service in staying_services():
        assert stack.compose("exec", "-T", service, "id", "-u").stdout.strip() not in {"", "0"}, service


def test_a_container_cannot_take_the_whole_machine(container: dict[str, Any]) -> None:
    host = container["HostConfig"]

    assert 0 < host["Memory"] <= 1024**3
    assert 0 < host["NanoCpus"] <= 10**9
    assert 0 < host["PidsLimit"] <= 512
    assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "5"}


def test_ports_are_open_to_this_machine_alone(container: dict[str, Any]) -> None:
    bindings = (container["HostConfig"]["PortBindings"] or {}).values()
    assert all(ip_address(bound["HostIp"]).is_loopback for ports in bindings for bound in ports)


def test_who_need_not_meet_cannot(stack: ComposeStack) -> None:
    def networks(service: str) -> set[str]:
        joined = stack.container(service)["NetworkSettings"]["Networks"]
        return {name.removeprefix(f"{stack.project}_") for name in joined}

    assert networks("postgres") == networks("migrations") == {"database"}
    assert networks("kafka") == networks("topics") == {"kafka"}
    assert networks("edge") == {"edge"}
    assert networks("sentiment-worker") == {"kafka", "metrics"}
    assert networks("ingest-worker") == {"database", "kafka", "metrics"}
    assert networks("catalogue-api") == {"database", "kafka", "metrics", "edge"}
    for worker in with_role("worker"):
        assert networks(worker) <= {"database", "kafka", "metrics"}, worker


def test_images_are_named_with_a_version(stack: ComposeStack) -> None:
    for container in stack.containers():
        image, _, tag = container["Config"]["Image"].rpartition(":")
        assert image, container["Config"]["Image"]
        assert tag != "latest"


@pytest.mark.parametrize("name", SECRETS)
def test_in_production_a_missing_secret_is_named(name: str) -> None:
    ComposeStack(PRODUCTION, SECRETS).compose("config")

    without = {other: secret for other, secret in SECRETS.items() if other != name}
    refused = ComposeStack(PRODUCTION, without).compose("up", "--detach", check=False)
    assert refused.returncode != 0
    assert f"{name} is missing a value" in refused.stderr


def test_in_production_only_the_edge_has_a_port_and_no_password_is_the_local_one() -> None:
    shown = ComposeStack(PRODUCTION, SECRETS).compose("config").stdout
    assert shown.count("published:") == 1
    assert ":local@" not in shown
    assert "PASSWORD: local" not in shown
