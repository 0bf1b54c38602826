import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from local_stack import data_dir
from local_stack.data_dir import exclusive, published
from local_stack.errors import LocalStackError

HOLD = """
import subprocess, sys, time
from pathlib import Path
from local_stack.data_dir import exclusive
with exclusive(Path(sys.argv[1])):
    child = subprocess.Popen(["sleep", sys.argv[2]], close_fds=False, stdout=subprocess.DEVNULL)
    print("held", flush=True)
    time.sleep(60)
"""


def start_holder(directory: Path, child_lives: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(directory), str(child_lives)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_directory_in_use_names_the_process_that_uses_it(tmp_path: Path) -> None:
    holder = start_holder(tmp_path, child_lives=0)
    try:
        with pytest.raises(LocalStackError, match=f"Process {holder.pid} .* DATA_DIR"), exclusive(tmp_path):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_after_a_kill_the_next_run_waits_for_what_the_last_left_behind(tmp_path: Path) -> None:
    holder = start_holder(tmp_path, child_lives=1)
    holder.kill()
    holder.wait()
    with exclusive(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_leftovers_that_never_stop_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_dir, "LEFTOVER_TIMEOUT", 0.2)
    holder = start_holder(tmp_path, child_lives=5)
    holder.kill()
    holder.wait()
    with pytest.raises(LocalStackError, match="earlier run still hold"), exclusive(tmp_path):
        pass


def test_a_directory_that_can_not_be_made_is_reported_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalStackError, match=r"can't be written to \(.*\): .* DATA_DIR"):
        exclusive(tmp_path / "file" / "data").__enter__()


def test_addresses_can_be_sourced_while_they_hold_and_only_by_their_owner(tmp_path: Path) -> None:
    env = tmp_path / "env"
    value = "postgresql://u:it's $HOME@127.0.0.1/db"
    with published(env, {"DATABASE_URL": value}):
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
        shown = subprocess.run(
            ["sh", "-c", '. "$0"; printenv DATABASE_URL', env], capture_output=True, text=True, check=True
        )
        assert shown.stdout == f"{value}\n"
    assert list(tmp_path.iterdir()) == []
