"""What happens to `make run` shall happen to what it runs."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path


def parent_has_ended() -> Callable[[], bool]:
    """A question to be asked again and again: is the process that started us gone, or interrupted?"""
    parent = os.getppid()
    return lambda: os.getppid() != parent or _has_blocked_sigint(parent)


def _has_blocked_sigint(pid: int) -> bool:
    """GNU make keeps a SIGINT that only itself got: it waits for its children, with the signal blocked.

    It can only be asked where there is /proc.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    blocked = re.search(r"^SigBlk:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return blocked is not None and bool(int(blocked[1], 16) & 1 << (signal.SIGINT - 1))
