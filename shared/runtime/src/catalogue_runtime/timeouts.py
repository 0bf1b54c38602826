"""Time limits on what happens thousands of times a second."""

import asyncio
from collections import deque
from types import TracebackType


class Timeouts:
    """`with timeouts():` raises TimeoutError when what is awaited inside takes over `seconds`.

    As asyncio.timeout, but one timer serves them all: making one for each costs more than a small request.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.loop: asyncio.AbstractEventLoop | None = None
        self._running: deque[_Timeout] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> "_Timeout":
        return _Timeout(self)

    def add(self, timeout: "_Timeout") -> None:
        running = self._running
        while running and running[0].over:
            running.popleft()
        running.append(timeout)
        if self._timer is None:
            self._start_timer()

    def _start_timer(self) -> None:
        assert self.loop is not None
        running = self._running
        self._timer = self.loop.call_at(running[0].deadline, self._expire) if running else None

    def _expire(self) -> None:
        assert self.loop is not None
        running, now = self._running, self.loop.time()
        while running and (running[0].over or running[0].deadline <= now):
            running.popleft().expire()
        self._start_timer()


class _Timeout:
    __slots__ = ("_cancelling", "_expired", "_task", "_timeouts", "deadline", "over")

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self.over = self._expired = False

    def __enter__(self) -> None:
        # Python 3.11 asks the system for its process id whenever it looks for the running loop.
        loop = self._timeouts.loop = self._timeouts.loop or asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None, "a timeout needs a task to cancel"
        self._task, self._cancelling = task, task.cancelling()
        self.deadline = loop.time() + self._timeouts.seconds
        self._timeouts.add(self)

    def expire(self) -> None:
        if not self.over:
            self._expired = True
            self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over = True
        # As in asyncio.timeout: somebody else may have cancelled the task too, and that must be kept.
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
