"""`python -m local_stack`: Kafka and PostgreSQL; `python -m local_stack run`: the whole system on them."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from local_stack.errors import LocalStackError
from local_stack.services import SERVICES, TASKS, Service, Task
from local_stack.system import run


def main() -> int:
    parser = argparse.ArgumentParser("local_stack", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["servers", "run"], default="servers")
    everything = parser.parse_args().what == "run"
    return in_foreground(TASKS if everything else (), SERVICES if everything else ())


def in_foreground(tasks: Sequence[Task], services: Sequence[Service]) -> int:
    """The exit code: 0 after a stop that was asked for; 1 with a line on stderr when something went wrong."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        run(os.environ, tasks, services)
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
    except (LocalStackError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
