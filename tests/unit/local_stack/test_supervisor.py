import itertools
import logging
from pathlib import Path

import pytest
from local_stack import supervisor as supervisor_module
from local_stack.process import Command, ManagedProcess
from local_stack.supervisor import Supervisor


class Counted(ManagedProcess):
    """Lives for some seconds; counts its starts and stops."""

    def __init__(self, name: str, directory: Path, seconds: float = 60) -> None:
        super().__init__(name, directory / f"{name}.log")
        self.seconds = seconds
        self.starts = 0
        self.stopped: list[str] = []

    def prepare(self) -> Command:
        self.starts += 1
        return ["sleep", str(self.seconds)]

    def is_ready(self) -> bool:
        return True  # as soon as it was started, however short it lives

    def stop(self) -> None:
        self.stopped.append(self.name)
        super().stop()


class EnoughError(Exception):
    pass


def test_the_latest_started_stops_first(tmp_path: Path) -> None:
    first, second = Counted("first", tmp_path), Counted("second", tmp_path)
    first.stopped = second.stopped
    with Supervisor() as supervisor:
        supervisor.start([first])
        supervisor.start([second])
    assert second.stopped == ["second", "first"]
    assert (first.pid, second.pid) == (None, None)


def test_what_dies_is_started_again_with_growing_pauses_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(monkeypatch)
    steady, mortal = Counted("steady", tmp_path), Counted("mortal", tmp_path, seconds=0)
    with Supervisor() as supervisor, caplog.at_level(logging.WARNING):
        supervisor.start([steady, mortal])
        pauses = clock.watch_until(supervisor, mortal, starts=8)
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 30, 30], abs=0.5)
    assert steady.starts == 1
    assert caplog.messages[0].startswith("mortal ended with exit code 0: it wrote nothing (more in ")
    assert caplog.messages[0].endswith("Starting it again in 1 s.")


def test_a_death_after_a_long_life_is_not_held_against_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(monkeypatch)
    mortal = Counted("mortal", tmp_path, seconds=0)
    with Supervisor() as supervisor:
        supervisor.start([mortal])
        clock.watch_until(supervisor, mortal, starts=4)
        clock.now += supervisor_module.SETTLED + 1
        assert clock.watch_until(supervisor, mortal, starts=5) == pytest.approx([1], abs=0.5)


class FakeClock:
    """The supervisor's time: it passes only while the supervisor sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(supervisor_module, "time", self)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._on_sleep()

    def watch_until(self, supervisor: Supervisor, process: Counted, starts: int) -> list[float]:
        """The seconds that passed before each new start."""
        at = [self.now]

        def look() -> None:
            if process._child is not None:
                process._child.wait()
            if process.starts > first + len(at) - 1:
                at.append(self.now)
            if process.starts >= starts:
                raise EnoughError

        first = process.starts
        self._on_sleep = look
        with pytest.raises(EnoughError):
            supervisor.watch(ended=lambda: False)
        return [later - earlier for earlier, later in itertools.pairwise(at)]
