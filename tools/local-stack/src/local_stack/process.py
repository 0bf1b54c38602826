"""One child process: how it starts, when it is ready, how it ends, and what it wrote."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local_stack.errors import LocalStackError

Command = Sequence[str | Path]

_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ManagedProcess(ABC):
    """A child that is asked to end by `stop_signal`, and killed when it doesn't.

    As a context manager it is ready when the block begins, and gone after it.
    """

    stop_signal = signal.SIGTERM
    hurry_signal = signal.SIGKILL
    start_timeout = 120.0
    stop_timeout = 20.0
    user: str | None = None
    working_directory: Path | None = None
    environment: Mapping[str, str] | None = None

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._child: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @abstractmethod
    def prepare(self) -> Command:
        """Make what has to be there before the start, and say what to start."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers; asked again and again after a start."""

    def start(self) -> None:
        """Start it in a session of its own, so that the terminal's Ctrl-C doesn't reach it."""
        command = self.prepare()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                cwd=self.working_directory,
                start_new_session=True,
                preexec_fn=_stop_with_parent(self.stop_signal),
                close_fds=False,  # Python opens files uninherited; the data directory's lock is to be
            )

    def wait_ready(self) -> None:
        """Raises `LocalStackError` when it ends instead, or takes more than `start_timeout` seconds."""
        deadline = time.monotonic() + self.start_timeout
        while not self.is_ready():
            if self.exit_code is not None:
                raise LocalStackError(f"{self.name} {self.how_it_ended()}")
            if time.monotonic() > deadline:
                raise LocalStackError(
                    f"{self.name} is not ready after {self.start_timeout:g} s: see {self.log}."
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Harmless when it does not run."""
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            child.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                child.wait(self.stop_timeout)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # it, or what it has left behind
        child.wait()
        self._child = None

    def hurry(self) -> None:
        """Have it end at once; from a signal handler, while `stop` waits."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, self.hurry_signal)

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and before its start."""
        return None if self._child is None else self._child.poll()

    def output(self) -> str:
        """What it has written since its start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def how_it_ended(self) -> str:
        """One line: exit code or signal, the last line of its output, and where the rest is."""
        code = self.exit_code or 0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - 10_000))
            lines = [
                line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()
            ]
        return f"{how}: {lines[-1] if lines else 'it wrote nothing'} (more in {self.log})"

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _stop_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Let Linux stop the child when its parent dies, even of SIGKILL; other systems have no such call."""
    libc, parent = _libc, os.getpid()
    if libc is None:
        return None

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # it died before the call
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange
