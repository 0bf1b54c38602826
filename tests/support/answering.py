"""A server that gives the answers that a test wrote down, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Answering:
    """`answers` by method and path, one after another; the last of them again and again."""

    answers: Mapping[str, Sequence[Answer]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        name = f"{asked.method} {asked.path}"
        before = sum(f"{each.method} {each.path}" == name for each in self.asked) - 1
        answers = self.answers.get(name) or [Answer(404, {"detail": f"nothing at {name}"})]
        return answers[min(before, len(answers) - 1)]


@contextmanager
def answering(answers: Mapping[str, Sequence[Answer]]) -> Iterator[Answering]:
    answering = Answering(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = answering.answer(Asked(self.command, self.path, dict(self.headers), body))
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = handle_one  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answering.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield answering
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
