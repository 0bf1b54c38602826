"""A stack of docker-compose.yml under a project name and on ports of its own."""

import json
import os
import random
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from local_stack.ports import LOOPBACK, is_free

ROOT = Path(__file__).parents[2]
ONCE = ("topics", "migrations")
PORT_SETTINGS = ("API_PORT", "KAFKA_PORT", "POSTGRES_PORT")


def definitions() -> dict[str, dict[str, Any]]:
    """What docker-compose.yml says of each service, read without an engine."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def with_role(*roles: str) -> tuple[str, ...]:
    """The services whose label `catalogue.role` is one of these."""
    return tuple(
        name
        for name, service in definitions().items()
        if service.get("labels", {}).get("catalogue.role") in roles
    )


def our_services() -> tuple[str, ...]:
    return with_role("api", "worker")


def staying_services() -> tuple[str, ...]:
    """All that runs for as long as the stack is up, without a profile."""
    return ("postgres", "kafka", *our_services(), *with_role("edge"))


def engine_answers() -> bool:
    try:
        done = subprocess.run(["docker", "compose", "ls"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@dataclass(frozen=True)
class ComposeStack:
    """`files` are laid one over the other; `settings` are what `.env` would hold."""

    files: tuple[str, ...] = ("docker-compose.yml",)
    settings: Mapping[str, str] = field(default_factory=dict)
    project: str = field(default_factory=lambda: f"catalogue-test-{uuid.uuid4().hex[:8]}")
    ports: Mapping[str, str] = field(default_factory=lambda: dict(zip(PORT_SETTINGS, _ports(), strict=True)))

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the person's own settings, so that the defaults are what is tested."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}
        chosen = {"COMPOSE_PROJECT_NAME": self.project, "COMPOSE_FILE": ":".join(self.files)}
        return {**kept, **self.ports, **chosen, "COMPOSE_ENV_FILES": os.devnull, **self.settings}

    def run(self, *command: str, check: bool = True, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command at the project's root. Raises AssertionError with what it printed when it fails."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert not check or done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
        return done

    def compose(self, *command: str, check: bool = True, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.run("docker", "compose", *command, check=check, **settings)

    def up(self, *arguments: str) -> None:
        self.compose("up", "--detach", "--wait", "--wait-timeout", "180", *arguments)

    def down(self, *arguments: str) -> None:
        self.compose("down", "--remove-orphans", *arguments)

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """What the engine knows of each container, stopped ones included."""
        ids = self.compose("ps", "--quiet", "--all", *services).stdout.split()
        found: list[dict[str, Any]] = json.loads(self.run("docker", "inspect", *ids).stdout) if ids else []
        return found

    def container(self, service: str) -> dict[str, Any]:
        [only] = self.containers(service)
        return only

    def health(self, service: str) -> str:
        return str(self.container(service)["State"]["Health"]["Status"])

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports['API_PORT']}"

    @property
    def bootstrap_servers(self) -> str:
        return f"{LOOPBACK}:{self.ports['KAFKA_PORT']}"

    def database_url(self, role: str, password: str = "local") -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.ports['POSTGRES_PORT']}/catalogue"


@contextmanager
def running(stack: ComposeStack, *arguments: str) -> Iterator[ComposeStack]:
    """Up, and in the end gone with all its data."""
    try:
        stack.up(*arguments)
        yield stack
    finally:
        stack.down("--volumes", "--timeout", "10")


def _ports() -> Iterator[str]:
    """Free ones below those that outgoing connections get: the engine opens them late."""
    candidates = iter(random.sample(range(20000, 30000), 200))
    for _ in PORT_SETTINGS:
        yield str(next(port for port in candidates if is_free(LOOPBACK, port)))
