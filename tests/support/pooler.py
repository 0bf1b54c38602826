"""A transaction pooler as PgBouncer is one: each transaction goes to the server connection idle longest.

Speaks just enough of the protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
import struct
from asyncio import FIRST_COMPLETED, Future, Queue, StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

Stream = tuple[StreamReader, StreamWriter]

READY, IDLE = b"Z", b"I"
AUTHENTICATION, AUTHENTICATED, SASL_FINAL = b"R", 0, 12
TERMINATE = b"X"


@asynccontextmanager
async def transaction_pooler(url: str) -> AsyncIterator[str]:
    """The URL of a pooler before the PostgreSQL of `url`, which listens on TCP without TLS."""
    address = urlsplit(url)
    credentials = address.netloc.rpartition("@")[0]
    idle: Queue[Stream] = Queue()

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        client = reader, writer
        try:
            server = await asyncio.open_connection(address.hostname, address.port)
            await log_in(client, server)
            idle.put_nowait(server)
            await run_transactions(client, idle)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    try:
        url = urlunsplit(address._replace(netloc=f"{credentials}@127.0.0.1:{port}", query="sslmode=disable"))
        # One server connection more than there are clients: who has just given one back gets another.
        await (await asyncpg.connect(url)).close()
        yield url
    finally:
        listener.close()
        while not idle.empty():
            idle.get_nowait()[1].close()


async def log_in(client: Stream, server: Stream) -> None:
    """Let the client open the server connection that it adds to the pool."""
    (size,) = struct.unpack("!I", head := await client[0].readexactly(4))
    server[1].write(head + await client[0].readexactly(size - 4))
    while (message := await pass_on(server, client))[:1] != READY:
        (kind,) = struct.unpack_from("!I", message, 5)
        if message[:1] == AUTHENTICATION and kind not in {AUTHENTICATED, SASL_FINAL}:
            await pass_on(client, server)


async def run_transactions(client: Stream, idle: Queue[Stream]) -> None:
    asked: Future[bytes] = asyncio.ensure_future(read(client))
    while (await asked)[:1] != TERMINATE:
        server = await idle.get()
        asked = await run_transaction(client, server, asked.result())
        idle.put_nowait(server)


async def run_transaction(client: Stream, server: Stream, first: bytes) -> Future[bytes]:
    """Pass messages both ways until the server is idle again; what the client says next is returned."""
    server[1].write(first)
    asked, answered = asyncio.ensure_future(read(client)), asyncio.ensure_future(read(server))
    while True:
        await asyncio.wait({asked, answered}, return_when=FIRST_COMPLETED)
        if answered.done():
            client[1].write(message := answered.result())
            if message[:1] == READY and message[5:6] == IDLE:
                return asked
            answered = asyncio.ensure_future(read(server))
        elif asked.exception():  # the client has gone in the middle: so must its transaction
            answered.cancel()
            server[1].close()
            await asked
        else:
            server[1].write(asked.result())
            asked = asyncio.ensure_future(read(client))


async def pass_on(source: Stream, target: Stream) -> bytes:
    message = await read(source)
    target[1].write(message)
    await target[1].drain()
    return message


async def read(source: Stream) -> bytes:
    """One message: its type (one byte), its length and its body."""
    head = await source[0].readexactly(5)
    (size,) = struct.unpack("!I", head[1:])
    return head + await source[0].readexactly(size - 4)
