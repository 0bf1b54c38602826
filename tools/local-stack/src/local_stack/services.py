"""What runs on Kafka and PostgreSQL: commands that prepare them once, and services that stay."""

import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local_stack.ports import LOOPBACK, port_of
from local_stack.process import Command, ManagedProcess

PROJECT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Task:
    """A command that runs to its end before the services start; `title` is for the person who waits."""

    name: str
    title: str
    command: Command


@dataclass(frozen=True)
class Service:
    """A command that serves HTTP, `/readyz` among it, on the port that the variable `port_setting` names.

    `host_setting` names the variable with the address that it listens on, 127.0.0.1 without one;
    `url_setting` the one that tells the person at the terminal where it is. Only where it has a
    `database_role` does it learn where the database is, with the role's password, and what else is `told` to
    those that have one.
    """

    name: str
    command: Command
    port_setting: str
    default_port: int = 0  # any free one
    host_setting: str = ""
    url_setting: str = ""
    database_role: str = ""
    told: Mapping[str, str] = field(default_factory=dict, repr=False)

    def host(self, environment: Mapping[str, str]) -> str:
        return environment.get(self.host_setting) or LOOPBACK

    def port(self, environment: Mapping[str, str]) -> int:
        """0 when any free one will do. Raises `LocalStackError`."""
        return port_of(environment, self.port_setting, self.default_port)

    def url(self, environment: Mapping[str, str]) -> str:
        host = reachable(self.host(environment))
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port(environment)}"


TASKS = (
    Task("topics", "Creating the topics", [sys.executable, "-m", "catalogue_messaging.topics"]),
    Task(
        "migrations",
        "Migrating the database",
        [sys.executable, "-m", "alembic", "-c", PROJECT / "migrations" / "alembic.ini", "upgrade", "head"],
    ),
    Task(
        "rights", "Granting the services their rights", [sys.executable, PROJECT / "migrations" / "grant.py"]
    ),
)
# Who takes events in comes last, so that it is the first to stop.
SERVICES = (
    Service(
        "ingest-worker",
        [sys.executable, "-m", "ingest_worker"],
        "INGEST_WORKER_HEALTH_PORT",
        database_role="ingest_worker",
    ),
    Service("sentiment-worker", [sys.executable, "-m", "sentiment_worker"], "SENTIMENT_WORKER_HEALTH_PORT"),
    Service(
        "catalogue-api",
        [sys.executable, "-m", "catalogue_api"],
        "API_PORT",
        default_port=8000,
        host_setting="API_HOST",
        url_setting="API_URL",
        database_role="catalogue_api",
    ),
)


class TaskProcess(ManagedProcess):
    """Ready when it has ended well."""

    start_timeout = 600.0

    def __init__(self, task: Task, environment: Mapping[str, str], log: Path) -> None:
        super().__init__(task.name, log)
        self.task = task
        self.environment = environment

    def prepare(self) -> Command:
        return self.task.command

    def is_ready(self) -> bool:
        return self.exit_code == 0


class ServiceProcess(ManagedProcess):
    def __init__(self, service: Service, environment: Mapping[str, str], log: Path) -> None:
        super().__init__(service.name, log)
        self.service = service
        self.environment = {**environment, **service.told}
        self.address = (reachable(service.host(environment)), service.port(environment))

    def prepare(self) -> Command:
        return self.service.command

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection(*self.address, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def reachable(host: str) -> str:
    """Where to reach, from here, what listens on `host`."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
