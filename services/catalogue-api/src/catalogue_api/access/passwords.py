"""Passwords, kept as argon2id; checking one takes a while on purpose, and 64 MiB."""

import asyncio
from collections.abc import Callable
from functools import partial
from secrets import token_urlsafe
from typing import Annotated, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import AfterValidator, Field, SecretStr

from catalogue_api.http.refusals import TooManyRequests

T = TypeVar("T")

SHORTEST = 12


def _long_enough(password: SecretStr) -> SecretStr:
    if len(password.get_secret_value()) < SHORTEST:
        raise ValueError(f"has fewer than {SHORTEST} characters")
    return password


Password = Annotated[SecretStr, AfterValidator(_long_enough), Field(max_length=1000)]
"""A new one, long instead of odd: https://pages.nist.gov/800-63-4/sp800-63b.html"""
AnyPassword = Annotated[SecretStr, Field(max_length=1000)]

AT_ONCE = 2
MOST_WAITING = 6
"""With those at work; each holds a connection to the database, of which reads need some too."""


class Passwords:
    """Hashes and checks in threads, a few at once: more would take the memory that events need."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys = ""

    async def hash(self, password: SecretStr) -> str:
        """Raises TooManyRequests where too many wait."""
        return await self._in_turn(partial(self._hasher.hash, password.get_secret_value()))

    async def check(self, password: SecretStr, kept: str | None) -> bool:
        """Whether it is the password. Without one that is kept it is not, which takes the same time.

        Raises TooManyRequests where too many wait.
        """
        return await self._in_turn(partial(self._is, password.get_secret_value(), kept))

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

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise TooManyRequests("Too many are signing in at this moment: try again in a few seconds.", 5)
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
