"""The whole system, as `make run` starts it, or one that runs already."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_stack.ports import free_port

START_TIMEOUT = 300.0  # seconds; the very first start downloads Kafka
STOP_TIMEOUT = 120.0


@dataclass(frozen=True)
class System:
    api_url: str
    bootstrap_servers: str
    database_url: str = ""
    api_key: str = ""
    """Empty where the API asks for none."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}


def running_system(environment: dict[str, str]) -> System | None:
    """The one that `API_URL` and `KAFKA_BOOTSTRAP_SERVERS` name, for tests of a system from outside."""
    if "API_URL" not in environment:
        return None
    key = environment.get("CATALOGUE_API_KEY", "")
    return System(environment["API_URL"], environment["KAFKA_BOOTSTRAP_SERVERS"], api_key=key)


@contextmanager
def started_system(data_dir: Path, **settings: str) -> Iterator[System]:
    """Start everything in `data_dir`; raises RuntimeError with its output when it doesn't come up."""
    environment = os.environ | {"DATA_DIR": str(data_dir), "API_PORT": str(free_port()), **settings}
    output = data_dir / "output.log"
    with output.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_stack", "run"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        addresses = _addresses(process, data_dir / "env", output)
        yield System(*(addresses[name] for name in ("API_URL", "KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL")))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_TIMEOUT)


def _addresses(process: subprocess.Popen[bytes], env: Path, output: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_TIMEOUT
    while not env.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the system did not start:\n{output.read_text()}")
        time.sleep(0.1)
    lines = env.read_text().splitlines()
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)
