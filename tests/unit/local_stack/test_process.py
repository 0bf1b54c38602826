import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from local_stack.errors import LocalStackError
from local_stack.process import Command, ManagedProcess


class Script(ManagedProcess):
    """A Python script that is ready when it has written so."""

    stop_timeout = 0.5

    def __init__(self, tmp_path: Path, script: str) -> None:
        super().__init__("script", tmp_path / "script.log")
        self.script = script

    def prepare(self) -> Command:
        return [sys.executable, "-u", "-c", self.script]

    def is_ready(self) -> bool:
        return "ready" in self.output()


SLEEP = "import time; print('ready'); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_block_has_it_ready_and_gone_afterwards(tmp_path: Path) -> None:
    with Script(tmp_path, SLEEP) as process:
        pid = process.pid
        assert pid is not None
        assert is_running(pid)
        assert os.getsid(pid) == pid, "the terminal's Ctrl-C would reach it"
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize(
    "script",
    [STUBBORN, f"import subprocess; subprocess.Popen(['sleep', '60']); {SLEEP}"],
    ids=["ignores the signal", "has a child of its own"],
)
def test_nothing_outlives_a_stop(tmp_path: Path, script: str) -> None:
    with Script(tmp_path, script) as process:
        assert process.pid is not None
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_an_end_instead_of_a_start_is_one_line_with_the_reason_and_the_log(tmp_path: Path) -> None:
    process = Script(tmp_path, "import sys; print('first'); sys.exit('the disk is full')")
    with pytest.raises(LocalStackError) as caught:
        process.__enter__()
    assert str(caught.value) == (
        f"script ended with exit code 1: the disk is full (more in {tmp_path / 'script.log'})"
    )
    assert process.pid is None


def test_a_start_that_takes_too_long_is_given_up_and_cleaned_up(tmp_path: Path) -> None:
    process = Script(tmp_path, "import time; time.sleep(60)")
    process.start_timeout = 0.3
    with pytest.raises(LocalStackError, match=r"not ready after 0\.3 s: see .*script\.log"):
        process.__enter__()
    assert process.pid is None


def test_an_earlier_run_in_the_same_log_does_not_count_as_ready(tmp_path: Path) -> None:
    with Script(tmp_path, SLEEP):
        pass
    with pytest.raises(LocalStackError, match="exit code 3: it wrote nothing"):
        Script(tmp_path, "raise SystemExit(3)").__enter__()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no signal for a parent's death")
def test_it_stops_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent_script = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_process import SLEEP, Script, Path
with Script(Path({str(tmp_path)!r}), SLEEP) as process:
    print(process.pid, flush=True)
    time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", parent_script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_running(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)
