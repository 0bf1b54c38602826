"""Who is calling: known for some seconds without asking the database, and for longer while that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import structlog
from catalogue_schema.database import passes
from catalogue_schema.tables.api_keys import Scope
from catalogue_schema.tables.audit import Actor
from sqlalchemy.exc import SQLAlchemyError

from catalogue_api.access.keys import digest
from catalogue_api.access.roles import ALL
from catalogue_api.http.problems import Unavailable

log = structlog.get_logger(__name__)

REFRESH = 2.0
"""Seconds after which an answer is asked for again, while it still holds."""
HOLDS = 4.0
"""Seconds for which an answer holds: what is revoked is refused within five, however slow the database."""
UNKNOWN_HOLDS = 2.0
TIMEOUT = 3.0
PATIENCE = 0.5
"""Seconds that who was known waits for another answer; if none comes, the last counts, for its grace."""
CONNECTIONS = 2
STRANGERS = 1
"""Of them, for tokens that nobody has come with yet: a flood of invented ones holds up no other."""
MAX_KNOWN = 10_000
MAX_UNKNOWN = 10_000
"""Texts of the right form that are no keys; they displace each other, and no key that is known."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` is the key's, or the user's; `producer` is whose events those that it submits are.

    `name` is a user's, as pages show it.
    """

    kind: Actor
    id: UUID | None
    scopes: frozenset[Scope]
    producer: UUID | None = None
    name: str | None = None


ANYONE = Principal("anyone", None, ALL)
"""Whoever comes where nobody is asked who they are."""
NOBODY = Principal("anyone", None, frozenset())
OPERATOR = Principal("command", None, ALL)
"""Whoever runs this program's commands."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of a token; `ends` is a moment of `monotonic`, None where it has no end."""

    principal: Principal
    ends: float | None = None


Lookup = Callable[[str], Awaitable[Known | None]]


@dataclass(slots=True)
class _Entry:
    known: Known | None
    asked: float
    """When the database gave this answer."""
    holds_until: float
    refresh_at: float


class Principals:
    """Principals by the digests of their tokens. `grace` is for how many seconds without a database."""

    def __init__(self, lookup: Lookup, grace: float, clock: Callable[[], float] = monotonic) -> None:
        self._lookup = lookup
        self._grace = grace
        self._clock = clock
        self._known: dict[bytes, _Entry] = {}
        self._unknown: dict[bytes, _Entry] = {}
        self._asking: dict[bytes, asyncio.Task[None]] = {}
        self._strangers = asyncio.Semaphore(STRANGERS)
        self._is_away = False

    async def find(self, token: str) -> Principal | None:
        """None for a token that is not known, has ended, or was revoked. Raises Unavailable.

        It waits for nothing where the last answer still holds, and not long where there is one.
        """
        key, now = digest(token), self._clock()
        entry = self._known.get(key) or self._unknown.get(key)
        if entry is None or now >= entry.holds_until:
            await self._answered(self._ask(key, token), entry)
            entry, now = self._known.get(key) or self._unknown.get(key), self._clock()
            if entry is None:
                raise Unavailable(
                    "The database cannot be reached, so a key or session that was not used here lately "
                    "cannot be checked.",
                    retry_after=5,
                )
        elif now >= entry.refresh_at:
            self._ask(key, token)
        known = entry.known
        if known is None or (known.ends is not None and now >= known.ends):
            return None
        return known.principal

    def forget(self, token: str) -> None:
        """Have the next request with it ask anew."""
        self._known.pop(digest(token), None)

    async def close(self) -> None:
        asking = [*self._asking.values()]
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _answered(self, asking: asyncio.Task[None], last: _Entry | None) -> None:
        if last is not None and last.known is not None and self._clock() < last.asked + self._grace:
            done, _ = await asyncio.wait({asking}, timeout=PATIENCE)
            if not done:
                return
        await asyncio.shield(asking)

    def _ask(self, key: bytes, token: str) -> asyncio.Task[None]:
        """One question for all who ask the same at the same time."""
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._refresh(key, token))
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return task

    async def _refresh(self, key: bytes, token: str) -> None:
        asked = self._clock()
        try:
            async with asyncio.timeout(TIMEOUT):
                known = await self._look_up(key, token)
        except (SQLAlchemyError, TimeoutError, OSError) as error:
            if not passes(error):
                raise
            self._go_on_without(key)
            return
        if self._is_away:
            log.info("keys can be checked again")
            self._is_away = False
        if known is None:
            self._known.pop(key, None)
            _put(self._unknown, key, _Entry(None, asked, asked + UNKNOWN_HOLDS, asked + HOLDS), MAX_UNKNOWN)
        else:
            self._unknown.pop(key, None)
            _put(self._known, key, _Entry(known, asked, asked + HOLDS, asked + REFRESH), MAX_KNOWN)

    async def _look_up(self, key: bytes, token: str) -> Known | None:
        if key in self._known:
            return await self._lookup(token)
        async with self._strangers:
            return await self._lookup(token)

    def _go_on_without(self, key: bytes) -> None:
        """What was known goes on for its grace; what is said of the rest is that nobody knows."""
        if not self._is_away:
            log.warning("no key can be checked: those that are known go on", seconds=self._grace)
            self._is_away = True
        entry, now = self._known.get(key), self._clock()
        if entry is None or now >= entry.asked + self._grace:
            self._known.pop(key, None)
            self._unknown.pop(key, None)
            return
        entry.holds_until = min(now + HOLDS, entry.asked + self._grace)
        entry.refresh_at = now + REFRESH / 2


def _put(entries: dict[bytes, _Entry], key: bytes, entry: _Entry, most: int) -> None:
    """The newest answers are kept."""
    entries.pop(key, None)
    entries[key] = entry
    if len(entries) > most:
        del entries[next(iter(entries))]
