"""Answers to reads: none where the client has it already, and a large one in parts.

https://www.rfc-editor.org/rfc/rfc9110#name-etag
"""

import asyncio
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.http.versions import tags_of

PART = 64 * 1024
"""Bytes between two turns of the event loop: compressing more would let others wait for milliseconds."""


class Answers:
    """Middleware: an answer to GET gets an ETag, 304 if the request names it, and leaves part by part.

    The tag is weak, since what is compressed is other bytes. A route's own, of a record's version, is its
    beginning: see `versions`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, _Answer(scope, send) if scope["method"] == "GET" else send)


class _Answer:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._known = tags_of(Headers(scope=scope).get("if-none-match", ""))
        self._send = send
        self._start: Message = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, {}
        if not start:  # what follows a first part
            await self._send(message)
        elif start["status"] != 200 or message.get("more_body"):
            await self._send(start)
            await self._send(message)
        else:
            await self._send_whole(start, message["body"])

    async def _send_whole(self, start: Message, body: bytes) -> None:
        headers = MutableHeaders(scope=start)
        tag = blake2b(body, digest_size=12).hexdigest()
        if version := headers.get("etag"):
            tag = f"{version[3:-1]}.{tag}"
        headers["etag"] = f'W/"{tag}"'
        if {tag, "*"} & self._known:
            del headers["content-length"]
            start, body = {**start, "status": 304}, b""
        await self._send(start)
        for place in range(0, len(body) or 1, PART):
            part = body[place : place + PART]
            await self._send(
                {"type": "http.response.body", "body": part, "more_body": place + PART < len(body)}
            )
            await asyncio.sleep(0)
