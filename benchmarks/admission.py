"""What it costs to know who sends an event: `python benchmarks/admission.py`.

The whole application between server and Kafka, whose acknowledgement takes no time here: beside a real one
the share is smaller.
"""

import asyncio
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from catalogue_api.access.admission import Admission
from catalogue_api.access.keys import make_key
from catalogue_api.access.principals import Known, Principal, Principals
from catalogue_api.access.table import AccessTable
from catalogue_api.app import create_app
from catalogue_api.settings import Settings
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.events import Event
from pydantic import SecretStr

ROUNDS, REQUESTS = 21, 2000
BODY = (
    b'{"model": "lab/model", "content": "It writes tests that fail for the right reason.", "source": "blog"}'
)
KEY = make_key(uuid4()).text


class Acknowledged:
    async def publish(self, events: Sequence[Event], producer: UUID | None, traceparent: str | None) -> None:
        """At once."""


async def look_up(_: str) -> Known:
    return Known(Principal("key", uuid4(), frozenset({"events:write"})))


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": BODY, "more_body": False}


async def send(message: Any) -> None:
    assert message.get("status", 202) == 202, message


def scope_with(resources: object) -> dict[str, Any]:
    headers = [
        (b"host", b"localhost:8000"),
        (b"accept", b"*/*"),
        (b"accept-encoding", b"gzip, deflate"),
        (b"connection", b"keep-alive"),
        (b"user-agent", b"catalogue-client"),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(BODY)),
        (b"authorization", b"Bearer " + KEY.encode()),
    ]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/opinions",
        "headers": headers,
        "state": {"resources": resources},
    }


async def main() -> None:
    settings = Settings(database_url=SecretStr("postgresql://u@h/n"), auth="required")
    app = create_app(settings, KafkaSettings(bootstrap_servers="h:1"))
    principals = Principals(look_up, grace=60)
    resources = SimpleNamespace(settings=settings, publishing=Acknowledged(), principals=principals)
    admission = Admission(AccessTable(app), settings)

    async def whole() -> None:
        await app(scope_with(resources), receive, cast("Any", send))

    async def admitted() -> None:
        await admission.admit(scope_with(resources))

    async def nothing() -> None:
        scope_with(resources)

    seconds = {
        name: await timed(work) for name, work in (("whole", whole), ("in", admitted), ("no", nothing))
    }
    cost, request = seconds["in"] - seconds["no"], seconds["whole"] - seconds["no"]
    print(f"admission {cost * 1e6:.2f} µs of {request * 1e6:.1f} µs a request: {cost / request:.1%}")


async def timed(work: Any) -> float:
    """Seconds for one in the quickest round: others use the machine too."""
    await work()
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(REQUESTS):
            await work()
        rounds.append((time.perf_counter() - started) / REQUESTS)
    return min(rounds)


if __name__ == "__main__":
    asyncio.run(main())
