"""Workers as operators start them: processes of their own."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TextIO

import httpx
from catalogue_messaging.settings import KafkaSettings
from local_stack.ports import free_port

from support.polling import eventually

START_TIMEOUT = 60.0  # seconds, on a machine that is busy with other tests
PORTS = {"catalogue_api": "API_PORT", "faults.commits_first": "INGEST_WORKER_HEALTH_PORT"}
"""Where the setting for the port is not the module's own."""


class WorkerProcess:
    """`python -m <module>`; its health, or its API, on a free port."""

    def __init__(self, module: str, kafka: KafkaSettings, output: TextIO, **settings: str) -> None:
        self.port = free_port()
        self.module = module
        self._output = output
        self._command = [sys.executable, "-m", module]
        self._environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
            "LOG_FORMAT": "json",
            PORTS.get(module, f"{module.upper()}_HEALTH_PORT"): str(self.port),
            **settings,
        }
        self._process = self._popen()

    def _popen(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, env=self._environment, stdout=self._output, stderr=self._output
        )

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=15) as client:
            return await client.get(f"http://127.0.0.1:{self.port}{path}")

    async def status(self, path: str) -> int:
        """The status of the answer; 0 where there is none."""
        try:
            return (await self.get(path)).status_code
        except httpx.TransportError:
            return 0

    async def ready(self, status: int = 200) -> "WorkerProcess":
        """Once `/readyz` answers with `status`. Fails with its output when it ends instead."""

        async def look() -> int:
            assert self.exit_code is None, f"it ended with {self.exit_code}:\n{self.output()}"
            return await self.status("/readyz")

        await eventually(look, lambda seen: seen == status, START_TIMEOUT)
        return self

    async def metric(self, line: str) -> float:
        """The sum of the metrics whose line begins so."""
        lines = (await self.get("/metrics")).text.splitlines()
        return sum(float(found.rpartition(" ")[2]) for found in lines if found.startswith(line))

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    @property
    def pid(self) -> int:
        return self._process.pid

    def peak_memory(self) -> int:
        """The most bytes that it had in memory so far."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def output(self) -> str:
        self._output.seek(0)
        return self._output.read()

    def kill(self) -> None:
        """As a machine that fails does it: nothing is told to anybody."""
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        self._process = self._popen()

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def terminate(self, seconds: float) -> int:
        """Ask it to end; its exit code, which must come within `seconds`."""
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, seconds)


@asynccontextmanager
async def worker(module: str, kafka: KafkaSettings, **settings: str) -> AsyncIterator[WorkerProcess]:
    """Started, not yet ready; killed at the end, where it still runs."""
    async with AsyncExitStack() as stack:
        output = stack.enter_context(tempfile.TemporaryFile("w+"))  # noqa: SIM115 (the stack is one)
        process = WorkerProcess(module, kafka, output, **settings)
        stack.callback(process.kill)
        yield process
