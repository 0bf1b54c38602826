"""`python -m local_stack`: Kafka and PostgreSQL; `python -m local_stack run`: the whole system on them."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from local_stack.errors import LocalStackError
from local_stack.parent import parent_has_ended
from local_stack.services import SERVICES, TASKS, Service, Task
from local_stack.system import run


def main() -> int:
    parser = argparse.ArgumentParser("local_stack", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["servers", "run"], default="servers")
    parser.add_argument("--with-parent", action="store_true", help="stop when the parent process does")
    arguments = parser.parse_args()
    ended = parent_has_ended() if arguments.with_parent else lambda: False
    if arguments.what == "servers":
        return in_foreground((), (), ended)
    return in_foreground(TASKS, SERVICES, ended)


def in_foreground(tasks: Sequence[Task], services: Sequence[Service], ended: Callable[[], bool]) -> int:
    """The exit code: 0 after a stop that was asked for; 1 with a line on stderr when something went wrong."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        with suppress(KeyboardInterrupt):
            run(os.environ, tasks, services, ended)
    except (LocalStackError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("Stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
