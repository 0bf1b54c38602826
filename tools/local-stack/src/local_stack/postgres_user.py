"""PostgreSQL refuses to run as root. So when we are root, it runs as a user of its own."""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from local_stack.errors import LocalStackError

logger = logging.getLogger(__name__)

USER = "embedded_postgres"


def user_for(data: Path, programs: Iterable[Path]) -> str | None:
    """Who PostgreSQL shall run as; None stands for us. Gives them `data`, and lets them read `programs`."""
    if os.geteuid() != 0:
        return None
    _ensure_user()
    shutil.chown(data, USER, USER)
    for program in filter(Path.exists, programs):
        for path in (program, *program.rglob("*")):
            _allow(path, (path.stat().st_mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)
    for folder in {*data.parents, *(parent for program in programs for parent in program.parents)}:
        if _allow(folder, stat.S_IXOTH):
            logger.info("Let other users pass through %s: PostgreSQL can't run as root.", folder)
    return USER


def _ensure_user() -> None:
    with suppress(KeyError):
        pwd.getpwnam(USER)
        return
    try:
        subprocess.run(["useradd", "--system", USER], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise LocalStackError(
            f"PostgreSQL can't run as root, and the user {USER} could not be made ({error}): "
            "make that user by hand, or start this as another user than root."
        ) from error


def _allow(path: Path, permission: int) -> bool:
    mode = path.stat().st_mode
    if mode & permission == permission:
        return False
    path.chmod(mode | permission)
    return True
