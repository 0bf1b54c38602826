"""Passwords, kept as argon2id; checking one takes a while on purpose, and 64 MiB."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_urlsafe
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import AfterValidator, Field, SecretStr

from catalogue_api.http.refusals import TooManyRequests

SHORTEST = 12


def _long_enough(password: SecretStr) -> SecretStr:
    if len(password.get_secret_value()) < SHORTEST:
        raise ValueError(f"has fewer than {SHORTEST} characters")
    return password


Password = Annotated[SecretStr, AfterValidator(_long_enough), Field(max_length=1000)]
"""A new one, long instead of odd: https://pages.nist.gov/800-63-4/sp800-63b.html"""
AnyPassword = Annotated[SecretStr, Field(max_length=1000)]

MOST_WAITING = 10
"""With the one at work."""


class Passwords:
    """Hashes and checks in a thread, one at a time: it takes several, and memory, that events need."""

    def __init__(self) -> None:
        self._work = _Work()
        self._turn = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator["_Work"]:
        """What can hash and check, once it is one's turn. Wait for it before anything else that is scarce.

        Raises TooManyRequests where too many wait.
        """
        if self._waiting >= MOST_WAITING:
            raise TooManyRequests("Too many are signing in at this moment: try again in a few seconds.", 5)
        self._waiting += 1
        try:
            async with self._turn:
                yield self._work
        finally:
            self._waiting -= 1

    async def hash(self, password: SecretStr) -> str:
        """Raises TooManyRequests."""
        async with self.turn() as work:
            return await work.hash(password)


class _Work:
    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._nobodys = ""

    async def hash(self, password: SecretStr) -> str:
        return await asyncio.to_thread(self._hasher.hash, password.get_secret_value())

    async def check(self, password: SecretStr, kept: str | None) -> bool:
        """Whether it is the password. Without one that is kept it is not, which takes the same time."""
        return await asyncio.to_thread(self._is, password.get_secret_value(), kept)

    def needs_rehash(self, kept: str) -> bool:
        """Whether it was hashed with less than is usual by now."""
        return self._hasher.check_needs_rehash(kept)

    def _is(self, password: str, kept: str | None) -> bool:
        if not self._nobodys:
            self._nobodys = self._hasher.hash(token_urlsafe())
        try:
            return self._hasher.verify(kept or self._nobodys, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False
