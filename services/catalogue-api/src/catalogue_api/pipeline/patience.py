"""Asking what may not answer, without making anybody wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE = 1.5
"""Seconds that anybody waits for an answer."""


class Question(Generic[T]):
    """Asked once at a time, for all who want the answer meanwhile. To be closed.

    What is asked goes on while nobody waits for it any more: giving up in order, too, takes its time where a
    server stands still.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[T] | None = None

    async def answer(self) -> T:
        """Raises what asking raises, and TimeoutError."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._run())
        done, _ = await asyncio.wait({self._asking}, timeout=PATIENCE)
        if not done:
            raise TimeoutError
        return self._asking.result()

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _run(self) -> T:
        return await self._ask()
