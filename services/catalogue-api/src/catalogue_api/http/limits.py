"""Request bodies: how large one may be, and all together, and how long it may take to arrive."""

import asyncio
import time
from typing import cast

from catalogue_runtime.timeouts import Timeouts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.http.problems import ClientGone, RequestTimeout, TooLarge, Unavailable
from catalogue_api.http.unpacking import Unpacker
from catalogue_api.settings import Settings


class Bodies:
    """Middleware that lets no more of a body through than the settings allow.

    What is refused is refused by its declared length, or as soon as it is too much. Starlette has such a
    middleware for one body, which always answers in plain text: not the shape of our errors.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self.limit = settings.max_body_bytes
        self.room = settings.max_memory_bytes
        self.timeouts = Timeouts(settings.body_timeout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(self, scope, receive)
        try:
            await self._app(scope, body.receive, send)
        finally:
            self.room += body.held


class _Body:
    __slots__ = ("_arrived_whole", "_due", "_limits", "_receive", "_scope", "_unpacker", "complete", "held")

    def __init__(self, limits: Bodies, scope: Scope, receive: Receive) -> None:
        self._limits = limits
        self._scope = scope
        self._receive = receive
        self._unpacker: Unpacker | None = None
        self._due = 0.0
        self._arrived_whole = False
        self.held = 0
        self.complete = False

    async def receive(self) -> Message:
        """The next part, unpacked. Raises a Problem where there will be none."""
        if self.complete:
            return await self._receive()
        if not self._due:
            self._begin()
        if self._unpacker is None:
            part = await self._next()
            self.complete = self._arrived_whole
        else:
            part = await self._unpack(self._unpacker)
        self._take(len(part))
        return {"type": "http.request", "body": part, "more_body": not self.complete}

    def _begin(self) -> None:
        self._due = time.monotonic() + self._limits.timeouts.seconds
        for name, value in self._scope["headers"]:
            if name == b"content-length" and int(value.lstrip(b"0")[:20] or b"0") > self._limits.limit:
                raise self._too_large()
            if name == b"content-encoding" and (encoding := value.decode("latin-1").strip().lower()):
                self._unpacker = None if encoding == "identity" else Unpacker(encoding)

    async def _next(self) -> bytes:
        if time.monotonic() > self._due:
            raise RequestTimeout
        try:
            with self._limits.timeouts():
                message = await self._receive()
        except TimeoutError as error:
            raise RequestTimeout from error
        if message["type"] != "http.request":
            raise ClientGone
        self._arrived_whole = not message.get("more_body", False)
        return cast("bytes", message.get("body", b""))

    async def _unpack(self, unpacker: Unpacker) -> bytes:
        if unpacker.needs_input:
            unpacker.feed(await self._next())
        else:
            await asyncio.sleep(0)
        part = unpacker.step()
        if self._arrived_whole and unpacker.needs_input:
            unpacker.end()
            self.complete = True
        return part

    def _take(self, size: int) -> None:
        if self.held + size > self._limits.limit:
            raise self._too_large()
        if size > self._limits.room:
            raise Unavailable("Too many large bodies are being read at this moment: send it again.", 2)
        self.held += size
        self._limits.room -= size

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is over {self._limits.limit:,} bytes: send it in several requests.")
