"""Prometheus sees every service, and its rules and the dashboard speak of metrics that exist."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from support.catalogue import Catalogue
from support.compose import ROOT, ComposeStack, our_services
from support.polling import eventually

IMAGE = "ai-model-catalogue/test-prometheus:1"
CONFIGURATION = ROOT / "deploy"
METRIC = re.compile(r"\b((?:catalogue|process)_[a-z_]+)\b")
PART = re.compile(r"_(total|bucket|sum|count)$")


@pytest.fixture(scope="module")
def prometheus_image(built: ComposeStack) -> str:
    built.run("docker", "build", "--quiet", "-t", IMAGE, "-f", "tests/compose/prometheus.Dockerfile", "tests")
    return IMAGE


@pytest.fixture(scope="module")
def prometheus_url(stack: ComposeStack, prometheus_image: str) -> Iterator[str]:
    port = str(int(stack.ports["API_PORT"]) + 1)

    def prometheus(*command: str) -> None:
        words = ("--profile", "observability", *command, "prometheus")
        stack.compose(*words, PROMETHEUS_IMAGE=prometheus_image, PROMETHEUS_PORT=port)

    prometheus("up", "--detach", "--no-deps")
    yield f"http://127.0.0.1:{port}/api/v1"
    prometheus("rm", "--force", "--stop")


@pytest.fixture
async def prometheus(prometheus_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=prometheus_url, timeout=10) as client:
        yield client


async def ask(prometheus: httpx.AsyncClient, path: str) -> Any:
    try:
        return (await prometheus.get(path)).json()["data"]
    except (httpx.TransportError, ValueError):
        return None  # it is still starting


@pytest.mark.parametrize(
    "command",
    [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "rules.yml"],
        ["test", "rules", "rules_test.yml"],
    ],
    ids=lambda words: " ".join(words),
)
def test_promtool_finds_nothing_wrong(built: ComposeStack, prometheus_image: str, command: list[str]) -> None:
    mounted = ("-v", f"{CONFIGURATION}/prometheus:/etc/prometheus:ro", "-w", "/etc/prometheus")
    built.run("docker", "run", "--rm", *mounted, "--entrypoint", "promtool", prometheus_image, *command)


async def test_every_service_is_scraped(prometheus: httpx.AsyncClient) -> None:
    async def healthy() -> set[str]:
        targets = (await ask(prometheus, "/targets") or {}).get("activeTargets", [])
        return {target["labels"]["job"] for target in targets if target["health"] == "up"}

    await eventually(healthy, set(our_services()).issubset, seconds=60)


def test_rules_and_dashboard_name_no_service() -> None:
    """So that a new one has its alerts and its lines on the dashboard by being scraped."""
    for file in ("prometheus/rules.yml", "grafana/dashboards/ai-model-catalogue.json"):
        text = (CONFIGURATION / file).read_text()
        assert not [service for service in our_services() if service in text], file


async def test_a_dead_letter_sets_off_its_alert(prometheus: httpx.AsyncClient, catalogue: Catalogue) -> None:
    async def firing() -> set[str]:
        alerts = (await ask(prometheus, "/alerts") or {}).get("alerts", [])
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    await catalogue.post(catalogue.result(1, model="nobody/nothing"))
    await eventually(firing, lambda names: "DeadLetters" in names, seconds=90)


async def test_rules_and_dashboard_speak_of_metrics_that_exist(prometheus: httpx.AsyncClient) -> None:
    rules = (CONFIGURATION / "prometheus/rules.yml").read_text()
    dashboard = json.loads((CONFIGURATION / "grafana/dashboards/ai-model-catalogue.json").read_text())
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {PART.sub("", metric) for metric in METRIC.findall("\n".join([rules, *shown]))}
    assert len(named) > 5

    async def unknown() -> set[str]:
        known = {PART.sub("", metric) for metric in await ask(prometheus, "/metadata") or {}}
        return named - known

    await eventually(unknown, lambda missing: not missing, seconds=60)


def test_the_dashboards_panels_have_a_source_that_is_provisioned() -> None:
    source = (CONFIGURATION / "grafana/provisioning/datasources/prometheus.yml").read_text()
    dashboard = json.loads((CONFIGURATION / "grafana/dashboards/ai-model-catalogue.json").read_text())
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {"prometheus"}
    assert "uid: prometheus" in source


async def test_the_profiles_fit_together(built: ComposeStack) -> None:
    shown = await asyncio.to_thread(built.compose, "--profile", "observability", "config", "--services")
    assert {"prometheus", "grafana", "otel-collector"} <= set(shown.stdout.split())
