"""Waiting for what happens elsewhere: poll, with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    look: Callable[[], Awaitable[T]], wanted: Callable[[T], object], seconds: float = 30
) -> T:
    """What `look` sees once it is `wanted`. Fails with what it saw last when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        seen = await look()
        if wanted(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s; last seen: {seen!r}")
        await asyncio.sleep(0.1)
