"""One Kafka and one PostgreSQL for a whole test run, however many processes share in it.

The first test that asks starts this module as a process of its own. It holds the servers until the
test run's first process lets go of a lock: at its end, or whenever and however it dies.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from local_stack.kafka import KafkaServer
from local_stack.postgres import PostgresServer

START_TIMEOUT = 300.0  # seconds; the very first start downloads Kafka
# Tests need no data after a power cut, and databases that are made quickly.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}

# Java compiles only lightly: Kafka starts on half the processor time, at less speed later.
QUICK_JAVA = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"}


@dataclass(frozen=True)
class Stack:
    bootstrap_servers: str
    postgres_url: str


def servers(directory: Path) -> AbstractContextManager[tuple[str, str]]:
    """The one place that decides where the tests' servers come from: Kafka's address, PostgreSQL's URL.

    From a Docker engine where one is there with the images, else from this machine; CATALOGUE_TEST_SERVERS
    (`docker` or `local`) decides otherwise.
    """
    # Here, since it takes a second that only the servers' own process should spend.
    from support.containers import images_are_here, kafka_and_postgres

    chosen = os.environ.get("CATALOGUE_TEST_SERVERS") or ("docker" if images_are_here() else "local")
    return kafka_and_postgres(THROWAWAY) if chosen == "docker" else local_servers(directory)


@contextmanager
def local_servers(directory: Path) -> Iterator[tuple[str, str]]:
    with (
        PostgresServer(directory / "postgres", settings=THROWAWAY) as postgres,
        KafkaServer(directory / "kafka") as kafka,
    ):
        yield kafka.bootstrap_servers, postgres.url


def hold_run_lock(directory: Path) -> TextIO:
    """Called by the test run's first process: the servers stay until the file that it gets is closed."""
    lock = (directory / "run.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def wait_stopped(directory: Path) -> None:
    """Wait until the servers' process, if there is one, is gone."""
    with (directory / "servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def running_stack(directory: Path) -> Stack:
    """The test run's servers, started when nobody did. Raises RuntimeError when they don't start."""
    found = directory / "stack.json"
    with (directory / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            _start(directory, found)
    return Stack(**json.loads(found.read_text()))


def _start(directory: Path, found: Path) -> None:
    log = directory / "servers.log"
    with log.open("w") as output, (directory / "servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [sys.executable, "-m", "support.stack", str(directory)],
            cwd=Path(__file__).parents[1],
            env=os.environ | QUICK_JAVA,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock.fileno()],  # locked until that process is gone
        )
    deadline = time.monotonic() + START_TIMEOUT
    while not found.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Kafka and PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _serve(directory: Path) -> None:
    with (directory / "run.lock").open("w") as run_lock, servers(directory) as addresses:
        unfinished = directory / "stack.json.unfinished"
        unfinished.write_text(json.dumps(asdict(Stack(*addresses))))
        unfinished.rename(directory / "stack.json")  # whole or not at all
        fcntl.flock(run_lock, fcntl.LOCK_EX)  # waits for the test run to end


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
