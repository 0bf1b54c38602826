"""The whole system with stand-ins for the project's tasks and services.

In the directory that STANDINS names, a file `<name>.fails` makes that one end at its start, and
`<name>.stubborn` makes it ignore SIGTERM. `/readyz` answers 200; `/environment` answers the process's
id and variables.
"""

import http.server
import json
import os
import signal
import sys
from pathlib import Path

from local_stack.__main__ import in_foreground
from local_stack.parent import parent_has_ended
from local_stack.services import Service, Task


def command(name: str, port_setting: str) -> list[str]:
    return [sys.executable, __file__, name, port_setting]


TASKS = [Task("prepare", "Preparing", command("prepare", ""))]
SERVICES = [
    Service("worker", command("worker", "WORKER_PORT"), "WORKER_PORT"),
    Service("api", command("api", "API_PORT"), "API_PORT", 8000, "API_HOST", "API_URL", "standin_api"),
]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = {} if self.path == "/readyz" else {"pid": os.getpid(), **os.environ}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


def standin(name: str, port_setting: str) -> None:
    orders = Path(os.environ["STANDINS"])
    if (orders / f"{name}.fails").exists():
        sys.exit(f"{name} can't go on")
    if (orders / f"{name}.stubborn").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if port_setting:
        address = ("127.0.0.1", int(os.environ[port_setting]))
        http.server.ThreadingHTTPServer(address, Handler).serve_forever()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        standin(*sys.argv[1:])
    else:
        sys.exit(in_foreground(TASKS, SERVICES, parent_has_ended()))
