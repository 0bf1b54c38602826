"""Request bodies: how large one may be, and all together. How long one may take is the protocol's to say."""

import asyncio
from typing import cast

from starlette.types import Message, Receive, Scope

from catalogue_api.http.problems import ClientGone, RequestTimeout, TooLarge, Unavailable
from catalogue_api.http.protocol import LATE
from catalogue_api.http.unpacking import Unpacker
from catalogue_api.settings import Settings


class Bodies:
    """What bodies may take, one and all together.

    What is refused is refused by its declared length, or as soon as it is too much. Starlette has such a
    middleware for one body, which always answers in plain text: not the shape of our errors.
    """

    def __init__(self, settings: Settings) -> None:
        self.limit = settings.max_body_bytes
        self.room = settings.max_memory_bytes

    def expect(self, scope: Scope, receive: Receive) -> "Body":
        return Body(self, scope, receive)


class Body:
    """A request's body; `release` it when the request is answered."""

    __slots__ = (
        "_arrived_whole",
        "_begun",
        "_complete",
        "_held",
        "_limits",
        "_receive",
        "_scope",
        "_unpacker",
    )

    def __init__(self, limits: Bodies, scope: Scope, receive: Receive) -> None:
        self._limits = limits
        self._scope = scope
        self._receive = receive
        self._unpacker: Unpacker | None = None
        self._begun = False
        self._arrived_whole = False
        self._held = 0
        self._complete = False

    async def receive(self) -> Message:
        """The next part, unpacked. Raises a Problem where there will be none."""
        if self._complete:
            return await self._receive()
        if not self._begun:
            self._begin()
        if self._unpacker is None:
            part = await self._next()
            self._complete = self._arrived_whole
        else:
            part = await self._unpack(self._unpacker)
        self._take(len(part))
        return {"type": "http.request", "body": part, "more_body": not self._complete}

    def release(self) -> None:
        self._limits.room += self._held

    def _begin(self) -> None:
        self._begun = True
        for name, value in self._scope["headers"]:
            if name == b"content-length" and int(value.lstrip(b"0")[:20] or b"0") > self._limits.limit:
                raise self._too_large()
            if name == b"content-encoding" and (encoding := value.decode("latin-1").strip().lower()):
                self._unpacker = None if encoding == "identity" else Unpacker(encoding)

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise RequestTimeout if LATE in self._scope else ClientGone
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
            self._complete = True
        return part

    def _take(self, size: int) -> None:
        if self._held + size > self._limits.limit:
            raise self._too_large()
        if size > self._limits.room:
            raise Unavailable("Too many large bodies are being read at this moment: send it again.", 2)
        self._held += size
        self._limits.room -= size

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is over {self._limits.limit:,} bytes: send it in several requests.")
