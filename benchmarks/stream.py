"""What listeners to the stream cost the API: `PYTHONPATH=tests:. python -m benchmarks.stream`.

Processor time of the API's process an event, beside the same process to which nobody listens. Whoever listens
and whoever publishes are other processes than the one that is measured.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.examples import load
from catalogue_schema.topics import OPINIONS_CLASSIFIED
from local_stack.kafka import KafkaServer
from support.kafka import producer, topics_of
from support.workers import WorkerProcess, worker

from benchmarks.pipeline.measuring import measuring

RATE = 100
"""Events a second."""
SECONDS = 20
LISTENERS = (1, 10, 100)
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[list[int]]:
    """How many events came, as the list's one number."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"\nid: ")
    heard = [0]

    async def read() -> None:
        while part := await reader.read(2**16):
            heard[0] += part.count(b"event: ")

    task = asyncio.create_task(read())
    yield heard
    task.cancel()
    writer.close()


async def publish(kafka: KafkaSettings, count: int) -> None:
    """Evenly, an event at a time."""
    example = load(OPINIONS_CLASSIFIED)[0]
    loop = asyncio.get_running_loop()
    async with producer(kafka) as sender:
        started = loop.time()
        for number in range(count):
            await asyncio.sleep(max(0, started + number / RATE - loop.time()))
            name, key = kafka.topic_name(OPINIONS_CLASSIFIED), b"%d" % number
            await sender.send(name, example.value, key=key, headers=[*example.headers])
        await sender.flush()


async def measure(api: WorkerProcess, kafka: KafkaSettings, listeners: int) -> float:
    """Processor seconds."""
    count = RATE * SECONDS
    async with AsyncExitStack() as stack:
        heard = [await stack.enter_async_context(listening(api.port)) for _ in range(listeners)]
        async with measuring(count, api.pid) as measured:
            await publish(kafka, count)
            await asyncio.sleep(1)
        assert all(each == [count] for each in heard), heard
    return measured.cpu


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory, KafkaServer(Path(directory)) as server:
        kafka = await topics_of(server.bootstrap_servers, "bench.")
        async with worker("catalogue_api", kafka, DATABASE_URL=NOWHERE, LOG_LEVEL="ERROR") as api:
            await api.ready()
            idle = await measure(api, kafka, 0)
            print(f"nobody listens{idle / SECONDS:>24.1%} of a core")
            for listeners in LISTENERS:
                cpu = await measure(api, kafka, listeners)
                each = (cpu - idle) / RATE / SECONDS
                print(
                    f"{listeners:>4} listeners{cpu / SECONDS:>25.1%} of a core, "
                    f"{each * 1e6:,.0f} us an event, {each / listeners * 1e6:,.0f} of them a listener"
                )


if __name__ == "__main__":
    asyncio.run(main())
