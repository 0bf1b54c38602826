"""The whole system on this machine, in the foreground."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from local_stack.data_dir import exclusive, kept_secret, published
from local_stack.kafka import KafkaServer
from local_stack.ports import LOOPBACK, free_port, port_of, require_free
from local_stack.postgres import PostgresServer
from local_stack.roles import give_logins
from local_stack.services import Service, ServiceProcess, Task, TaskProcess
from local_stack.supervisor import Supervisor

logger = logging.getLogger(__name__)

Environment = Mapping[str, str]

ERASURE_KEY = "ERASURE_KEY"
"""What was erased is known by it: as lasting as the data."""


def run(
    environment: Environment, tasks: Sequence[Task], services: Sequence[Service], ended: Callable[[], bool]
) -> None:
    """Kafka and PostgreSQL, then `tasks` one after the other, then `services`; until `ended`, or a signal.

    A signal comes out as KeyboardInterrupt, when everything has stopped. `environment` may hold DATA_DIR,
    KAFKA_PORT, POSTGRES_PORT, and what tasks and services read.
    Raises `LocalStackError` when something can't be started.
    """
    data_dir = Path(environment.get("DATA_DIR") or ".local").resolve()
    supervisor = Supervisor()
    supervisor.stop_on_signals()
    with exclusive(data_dir), supervisor:
        env_file = data_dir / "env"
        env_file.unlink(missing_ok=True)  # of a run that was killed
        environment = {"LOG_FORMAT": "console", **environment, **_places(environment, services)}
        logs = _fresh_logs(data_dir / "logs")
        addresses = _start_servers(supervisor, data_dir, environment)
        environment |= addresses
        key = environment.get(ERASURE_KEY) or kept_secret(data_dir / "erasure-key")
        services = _with_logins(services, addresses["DATABASE_URL"], {ERASURE_KEY: key})
        _run_tasks(tasks, environment, logs)
        _start_services(supervisor, services, environment, logs)
        addresses |= {s.url_setting: s.url(environment) for s in services if s.url_setting}
        with published(env_file, addresses):
            _announce(addresses, env_file, logs)
            supervisor.watch(ended)


def _places(environment: Environment, services: Sequence[Service]) -> dict[str, str]:
    """The variables that say where each service listens. Raises `LocalStackError` for a taken port."""
    places = {}
    for service in services:
        host, port = service.host(environment), service.port(environment)
        if port:
            require_free(host, port, service.port_setting)
        places[service.port_setting] = str(port or free_port())
        if service.host_setting:
            places[service.host_setting] = host
    return places


def _fresh_logs(directory: Path) -> Path:
    """Begin new logs; those of the run before stay, as `*.log.1`."""
    directory.mkdir(exist_ok=True)
    for log in directory.glob("*.log"):
        log.rename(log.with_suffix(".log.1"))
    return directory


def _start_servers(supervisor: Supervisor, data_dir: Path, environment: Environment) -> dict[str, str]:
    ports = {setting: port_of(environment, setting) for setting in ("POSTGRES_PORT", "KAFKA_PORT")}
    for setting, port in ports.items():
        if port:
            require_free(LOOPBACK, port, setting)
    logger.info("PostgreSQL and Kafka are starting in %s ...", data_dir)
    logs = data_dir / "logs"
    postgres = PostgresServer(data_dir / "postgres", ports["POSTGRES_PORT"], logs / "postgres.log")
    kafka = KafkaServer(data_dir / "kafka", ports["KAFKA_PORT"], logs / "kafka.log")
    supervisor.start([postgres, kafka])
    return {"DATABASE_URL": postgres.url, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}


def _with_logins(services: Sequence[Service], database_url: str, secrets: Environment) -> list[Service]:
    logins = give_logins(database_url, {s.database_role for s in services if s.database_role})
    return [
        replace(service, told={"DATABASE_URL": logins[service.database_role], **secrets})
        if service.database_role
        else service
        for service in services
    ]


def _run_tasks(tasks: Sequence[Task], environment: Environment, logs: Path) -> None:
    for task in tasks:
        logger.info("%s ...", task.title)
        with TaskProcess(task, environment, logs / f"{task.name}.log"):
            pass


def _start_services(
    supervisor: Supervisor, services: Sequence[Service], environment: Environment, logs: Path
) -> None:
    if services:
        logger.info("Starting %s ...", ", ".join(service.name for service in services))
    told = {name: value for name, value in environment.items() if name not in {"DATABASE_URL", ERASURE_KEY}}
    supervisor.start([ServiceProcess(service, told, logs / f"{service.name}.log") for service in services])


def _announce(addresses: Mapping[str, str], env_file: Path, logs: Path) -> None:
    database = urlsplit(addresses["DATABASE_URL"])
    lines = [
        "Up. Ctrl-C stops everything; the data stays.",
        f"  Kafka       {addresses['KAFKA_BOOTSTRAP_SERVERS']}",
        f"  PostgreSQL  {database.hostname}:{database.port}, database {database.path[1:]}",
        f"  addresses   . {env_file}   (for a shell; the password is in there)",
        f"  logs        {logs}",
    ]
    if "API_URL" in addresses:
        lines[1:1] = [
            f"  API         {addresses['API_URL']}",
            f"  API's docs  {addresses['API_URL']}/docs",
        ]
    logger.info("\n".join(lines))
