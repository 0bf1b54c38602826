"""Limits by who is calling: events and bytes of a key, and tries to sign in.

Counted in memory, or in Redis where several processes share a limit. Without Redis for a moment nothing is
refused: events are worth more than a limit.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalogue_api.access.principals import Principal
from catalogue_api.http.problems import Problem
from catalogue_api.http.refusals import TooManyRequests
from catalogue_api.settings import Settings

log = structlog.get_logger(__name__)

EVENTS = "catalogue.events"
"""In a request's state: how many events it has brought."""
PATIENCE = 1.0
"""Seconds for which an event waits for Redis."""
BY_ACCOUNT = parse("10/5 minutes")
BY_ADDRESS = parse("60/5 minutes")


def open_store(url: str) -> Storage:
    """The counters at `memory://` or `redis://…`; nothing is connected yet."""
    options: dict[str, Any] = (
        {"implementation": "redispy", "socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        if url.startswith("redis")
        else {}
    )
    store = storage_from_string(f"async+{url}", wrap_exceptions=True, **options)
    assert isinstance(store, Storage)
    return store


class SignInLimit:
    """How often somebody may try to sign in: with one address, and from one."""

    def __init__(self, store: Storage) -> None:
        self._limiter = FixedWindowRateLimiter(store)

    async def hit(self, address: str | None, account: str) -> None:
        """Count a try. Raises TooManyRequests."""
        counted = [(BY_ADDRESS, address)] if address else []
        for limit, of in [*counted, (BY_ACCOUNT, account)]:
            try:
                within = await self._limiter.hit(limit, "sign-in", of)
            except StorageError as error:
                log.warning("tries to sign in are not counted", error=repr(error))
                return
            if not within:
                reset, _ = await self._limiter.get_window_stats(limit, "sign-in", of)
                raise TooManyRequests(
                    "Too many tries to sign in: wait, and if the password is lost, ask an administrator.",
                    reset - time.time(),
                )


@dataclass(frozen=True, slots=True)
class Policy:
    """A limit by its name and its unit, as the fields of an answer have them."""

    name: str
    unit: str
    limit: RateLimitItem

    def describe(self) -> str:
        return f'"{self.name}";q={self.limit.amount};qu="{self.unit}";w={self.limit.get_expiry()}'


class RateLimits:
    """The limits of every key; whoever has none is counted by address."""

    def __init__(self, settings: Settings, store: Storage) -> None:
        self._limiter = FixedWindowRateLimiter(store)
        self.events = settings.rate_events and Policy("events", "events", settings.rate_events)
        self.bytes = settings.rate_bytes and Policy("bytes", "content-bytes", settings.rate_bytes)
        self.policies: Sequence[Policy] = [each for each in (self.events, self.bytes) if each]
        self._described = ", ".join(policy.describe() for policy in self.policies)

    async def check(self, of: str, length: int) -> None:
        """Raises TooManyRequests where an event, or a body of so many bytes, would be too much."""
        for policy in self.policies:
            cost = max(1, length) if policy is self.bytes else 1
            if not await self._limiter.test(policy.limit, of, cost=cost):
                reset, _ = await self._limiter.get_window_stats(policy.limit, of)
                raise TooManyRequests(
                    f"Over {policy.limit} of {policy.name}: send the request again after Retry-After.",
                    reset - time.time(),
                )

    async def count(self, of: str, events: int, length: int) -> None:
        """What was used, even where it is more than was left: the next request waits for it."""
        for policy in self.policies:
            cost = length if policy is self.bytes else events
            if cost:
                await self._limiter.hit(policy.limit, of, cost=cost)

    async def fields(self, of: str) -> dict[str, str]:
        """https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/"""
        left = []
        for policy in self.policies:
            reset, remaining = await self._limiter.get_window_stats(policy.limit, of)
            left.append(f'"{policy.name}";r={remaining};t={max(0, round(reset - time.time()))}')
        return {"ratelimit-policy": self._described, "ratelimit": ", ".join(left)}


class Limited:
    """Middleware: refuses what is over a limit before its body is read, and says what is left."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
        else:
            await _Counting(self._limits, scope, receive, send).run(self._app)


class _Counting:
    """One request's way through the limits."""

    def __init__(self, limits: RateLimits, scope: Scope, receive: Receive, send: Send) -> None:
        self._limits = limits
        self._scope = scope
        self._receive = receive
        self._send = send
        self._of = _counted_as(scope)
        self._length = 0

    async def run(self, app: ASGIApp) -> None:
        try:
            await self._limits.check(self._of, _declared_length(self._scope))
        except StorageError as error:
            log.warning("a request is not counted", error=repr(error))
            await app(self._scope, self._receive, self._send)
            return
        except TooManyRequests as refused:
            refused.headers = {**(refused.headers or {}), **await self._fields()}
            raise
        try:
            await app(self._scope, self._take, self._answer)
        except Problem as problem:
            await self._count()
            problem.headers = {**(problem.headers or {}), **await self._fields()}
            raise

    async def _take(self) -> Message:
        message = await self._receive()
        self._length += len(message.get("body", b""))
        return message

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._count()
            fields = [(name.encode(), value.encode()) for name, value in (await self._fields()).items()]
            message["headers"] = [*message.get("headers", ()), *fields]
        await self._send(message)

    async def _count(self) -> None:
        try:
            await self._limits.count(self._of, self._scope["state"].get(EVENTS, 0), self._length)
        except StorageError as error:
            log.warning("a request is not counted", error=repr(error))

    async def _fields(self) -> dict[str, str]:
        try:
            return await self._limits.fields(self._of)
        except StorageError:
            return {}


def _counted_as(scope: Scope) -> str:
    principal: Principal = scope["state"]["principal"]
    return str(principal.id or (scope["client"] or [""])[0])


def _declared_length(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0][:20]) if lengths and lengths[0].isdigit() else 0
