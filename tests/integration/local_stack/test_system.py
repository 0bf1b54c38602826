"""The system in the foreground, on a real Kafka and PostgreSQL, with stand-ins for the services."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import psutil
import pytest
from local_stack.process import ManagedProcess

SCRIPT = Path(__file__).with_name("standin_system.py")
TIMEOUT = 180  # seconds; other tests may keep the machine busy


class Run:
    """One run, in a session of its own as a terminal would give it."""

    def __init__(self, directory: Path, *, by_make: bool = False, **settings: str) -> None:
        self.data_dir = directory / "data"
        self.environment = os.environ | {
            "DATA_DIR": str(self.data_dir),
            "STANDINS": str(directory),
            "API_PORT": "0",
            **settings,
        }
        self.started = time.time()
        self.process = subprocess.Popen(
            ["make", "-f", makefile(directory)] if by_make else [sys.executable, SCRIPT],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_up(self) -> dict[str, str]:
        """The addresses that it publishes."""
        wait_for(lambda: self.published() or self.process.poll() is not None)
        assert self.process.poll() is None, self.finish()
        lines = (self.data_dir / "env").read_text().splitlines()
        pairs = (shlex.split(line)[1].split("=", 1) for line in lines)
        return dict((key, value) for key, value in pairs)  # noqa: C402 (mypy reads it)

    def published(self) -> bool:
        env = self.data_dir / "env"
        return env.exists() and env.stat().st_mtime > self.started

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def finish(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, out, err


def makefile(directory: Path) -> Path:
    path = directory / "Makefile"
    path.write_text(f"run:\n\t@exec {sys.executable} {SCRIPT}\n")
    return path


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


def asked(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/environment", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Whatever a test appends is gone after it."""
    started: list[Run] = []
    yield started
    for run in started:
        if run.process.poll() is None:
            run.process.kill()
            run.finish()


def test_it_is_up_on_loopback_alone_and_one_signal_leaves_nothing(directory: Path, runs: list[Run]) -> None:
    runs.append(run := Run(directory, LOG_LEVEL="DEBUG"))
    addresses = run.wait_up()

    seen_by_api = asked(addresses["API_URL"])
    assert seen_by_api.items() >= {"LOG_LEVEL": "DEBUG", "API_HOST": "127.0.0.1"}.items()
    assert seen_by_api["KAFKA_BOOTSTRAP_SERVERS"] == addresses["KAFKA_BOOTSTRAP_SERVERS"]
    login, place = seen_by_api["DATABASE_URL"].split("@")
    assert login.startswith("postgresql://standin_api:")
    assert place == addresses["DATABASE_URL"].split("@")[1]
    children = run.children()
    listening = {c.laddr.ip for child in children for c in child.net_connections() if c.status == "LISTEN"}
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}

    os.killpg(run.process.pid, signal.SIGTERM)
    os.killpg(run.process.pid, signal.SIGTERM)  # as make passes it on once more
    code, out, err = run.finish()
    assert (code, err) == (0, "")
    assert addresses["API_URL"] + "/docs" in out
    assert psutil.wait_procs(children, timeout=0)[1] == []
    assert not (run.data_dir / "env").exists()


def test_a_killed_service_comes_back_and_ctrl_c_twice_stops_all_at_once(
    directory: Path, runs: list[Run]
) -> None:
    (directory / "worker.stubborn").touch()
    runs.append(run := Run(directory))
    addresses = run.wait_up()
    first = asked(addresses["API_URL"])["pid"]

    os.kill(first, signal.SIGKILL)
    wait_for(lambda: answers_from_another(addresses["API_URL"], first))

    children = run.children()
    os.killpg(run.process.pid, signal.SIGINT)
    wait_for(lambda: not (run.data_dir / "env").exists())
    os.killpg(run.process.pid, signal.SIGINT)
    hurried = time.monotonic()
    code, out, _ = run.finish()
    assert code == 0
    assert time.monotonic() - hurried < ManagedProcess.stop_timeout / 2
    assert "api was ended by SIGKILL" in out
    assert psutil.wait_procs(children, timeout=1)[1] == []


def answers_from_another(url: str, pid: int) -> bool:
    try:
        return bool(asked(url)["pid"] != pid)
    except OSError:
        return False


def test_after_sigkill_nothing_stays_and_the_next_run_starts_where_it_was(
    directory: Path, runs: list[Run]
) -> None:
    runs.append(killed := Run(directory))
    password = killed.wait_up()["DATABASE_URL"].split("@")[0]
    runs.append(second := Run(directory))
    code, _, err = second.finish()
    assert code == 1
    assert err.splitlines() == [
        f"Process {killed.process.pid} is running on {killed.data_dir} already: stop it (kill "
        f"{killed.process.pid}), or choose other directories and ports with DATA_DIR and API_PORT."
    ]

    children = killed.children()
    killed.process.kill()
    killed.finish()
    runs.append(third := Run(directory, by_make=True))
    assert third.wait_up()["DATABASE_URL"].split("@")[0] == password
    assert psutil.wait_procs(children, timeout=0)[1] == []

    children = third.children()
    third.process.send_signal(signal.SIGINT)  # to make alone, which does not pass it on
    assert third.finish() == (-signal.SIGINT, ANY, "")
    assert psutil.wait_procs(children, timeout=0)[1] == []


@pytest.mark.parametrize("name", ["prepare", "worker"])
def test_a_child_that_dies_at_its_start_is_one_line_and_leaves_nothing(
    directory: Path, runs: list[Run], name: str
) -> None:
    (directory / f"{name}.fails").touch()
    runs.append(run := Run(directory))
    code, _, err = run.finish()
    assert code == 1
    log = run.data_dir / "logs" / f"{name}.log"
    assert err.splitlines() == [f"{name} ended with exit code 1: {name} can't go on (more in {log})"]
    assert [p for p in psutil.process_iter() if str(run.data_dir) in " ".join(commandline(p))] == []


def commandline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize("setting", ["API_PORT", "KAFKA_PORT", "POSTGRES_PORT"])
def test_a_taken_port_is_one_line_that_says_how_to_choose_another(
    directory: Path, runs: list[Run], setting: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        runs.append(run := Run(directory, by_make=False, **{setting: str(port)}))
        code, _, err = run.finish()
    assert code == 1
    (line,) = err.splitlines()
    assert line.startswith(f"Port {port} on 127.0.0.1")
    assert f"{setting}=" in line
