"""A TCP proxy, to cut a server off from its client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Passes bytes between whoever connects to `port` and a server, while it is told to."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.attempts = 0
        self._target = (host, port)
        self._open = asyncio.Event()
        self._open.set()
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection, and each new one at once: the server is away."""
        self._refusing = True
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Let connections stand but pass nothing: the network is gone, and nobody is told."""
        self._open.clear()

    def mend(self) -> None:
        self._refusing = False
        self._open.set()

    def lead_to(self, url: str) -> None:
        """Lead whoever connects from now on to another server; connections that stand stay where they are."""
        self._target = _address(url)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.attempts += 1
        if self._refusing:
            writer.transport.abort()
            return
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, server_writer}
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, server_writer), self._pass(server_reader, writer))
        self._writers -= {writer, server_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(2**16):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[str, Proxy]]:
    """The URL through a proxy in front of the server that `url` names, and the proxy."""
    parts = urlsplit(url)
    proxy = Proxy(*_address(url))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    user = parts.netloc.rpartition("@")[0]
    yield urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{proxy.port}")), proxy
    proxy.mend()
    proxy.cut()
    server.close()


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port
