"""Several children as one: started together, started again when they die, stopped in order."""

import logging
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Self

from local_stack.process import ManagedProcess

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0  # seconds between a death and the next start
SETTLED = 60.0  # seconds of life after which the earlier deaths are forgotten


class Supervisor:
    """As a context manager it stops all its children at the end, the latest started first."""

    def __init__(self) -> None:
        self._children: list[_Child] = []
        self._signals: list[signal.Signals] = []

    def start(self, processes: Sequence[ManagedProcess]) -> None:
        """Start them side by side. Raises `LocalStackError` when one of them doesn't become ready."""
        for process in processes:
            self._children.append(_Child(process))
            process.start()
        for process in processes:
            process.wait_ready()

    def watch(self, ended: Callable[[], bool]) -> None:
        """Until `ended`: start again what dies, soon at first, and later when it keeps dying."""
        while not ended():
            for child in self._children:
                child.revive()
            time.sleep(0.2)

    def stop_on_signals(self) -> None:
        """Turn SIGINT, SIGTERM and SIGHUP into one KeyboardInterrupt: leaving blocks then stops everything.

        That is not interrupted again. A second Ctrl-C hurries it; a second SIGTERM does nothing, as make
        passes on one that the whole process group got already.
        """
        self._signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup: outlive the terminal
            self._signals.append(signal.SIGHUP)
        for number in self._signals:
            signal.signal(number, self._interrupt)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._finish_undisturbed()
        raise KeyboardInterrupt

    def _finish_undisturbed(self) -> None:
        for number in self._signals:
            signal.signal(number, self._hurry if number == signal.SIGINT else signal.SIG_IGN)

    def _hurry(self, _number: int, _frame: FrameType | None) -> None:
        for child in self._children:
            child.process.hurry()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish_undisturbed()
        for child in reversed(self._children):
            child.process.stop()


class _Child:
    def __init__(self, process: ManagedProcess) -> None:
        self.process = process
        self._deaths = 0
        self._started = time.monotonic()
        self._due: float | None = None  # when to start it again

    def revive(self) -> None:
        now = time.monotonic()
        if self._due is None and self.process.exit_code is not None:
            self._deaths = 1 if now - self._started > SETTLED else self._deaths + 1
            pause = min(2.0 ** (self._deaths - 1), LONGEST_PAUSE)
            self._due = now + pause
            how = self.process.how_it_ended()
            logger.warning("%s %s. Starting it again in %g s.", self.process.name, how, pause)
        elif self._due is not None and now >= self._due:
            self._due, self._started = None, now
            self.process.stop()  # what it may have left behind
            self.process.start()
