"""The directory that keeps everything between runs, and belongs to one run at a time."""

import fcntl
import os
import secrets
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from local_stack.errors import LocalStackError

LEFTOVER_TIMEOUT = 30.0  # seconds for what a killed run has left behind to stop


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Raises `LocalStackError` when another run has the directory.

    Our children inherit the lock: if we are killed, the next run waits until the last of them is gone.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+")
    except OSError as error:
        raise LocalStackError(
            f"{data_dir} can't be written to ({error.strerror}): choose another directory with DATA_DIR."
        ) from error
    with lock:
        _acquire(lock, data_dir)
        os.set_inheritable(lock.fileno(), True)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _acquire(lock: TextIO, data_dir: Path) -> None:
    deadline = time.monotonic() + LEFTOVER_TIMEOUT
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read()
            if holder and _is_alive(int(holder)):
                raise LocalStackError(
                    f"Process {holder} is running on {data_dir} already: stop it (kill {holder}), "
                    "or choose other directories and ports with DATA_DIR and API_PORT."
                ) from None
            if time.monotonic() > deadline:
                raise LocalStackError(
                    f"Processes of an earlier run still hold {data_dir / 'lock'}: "
                    f"stop them (`fuser {data_dir / 'lock'}` names them), and start again."
                ) from None
            time.sleep(0.1)
        else:
            return


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def kept_secret(path: Path) -> str:
    """Made at random the first time, and the same ever since; only its owner may read it."""
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(32))
        unfinished.rename(path)
    return path.read_text()


@contextmanager
def published(path: Path, values: Mapping[str, str]) -> Iterator[None]:
    """While the block runs, `path` can be sourced by a shell for `values`; only its owner may read it."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(f"export {key}={shlex.quote(value)}\n" for key, value in values.items()))
    unfinished.rename(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
