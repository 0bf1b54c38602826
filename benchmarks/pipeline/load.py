"""A client that costs little: requests written beforehand, over connections that are kept."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit


def request(path: str, body: bytes, content_type: str, key: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
    if key:
        head += f"Authorization: Bearer {key}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def post_all(url: str, requests: Sequence[bytes], connections: int) -> None:
    """Send every request once. Raises RuntimeError for an answer that is not 202."""
    parts, waiting = urlsplit(url), list(reversed(requests))

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while waiting:
            writer.write(waiting.pop())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            body = await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(f"{head.decode()}{body.decode()}")
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
