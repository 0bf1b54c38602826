"""An answer's head and body in one write to the socket."""

import asyncio


class OneWrite(asyncio.Transport):
    """Stands before an answer's transport, and keeps the head until the body comes, or the loop's next turn.

    Uvicorn writes both alone, and uvloop asks the system for each: a small answer's dearest part.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:  # type: ignore[override]  # Uvicorn writes bytes
        if self._head is None:
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            head, self._head = self._head, b""
            self._transport.write(head + data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head and not self._transport.is_closing():
            head, self._head = self._head, b""
            self._transport.write(head)
