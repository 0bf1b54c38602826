"""Readiness checks: what a process needs from outside, asked with a deadline and not too often."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

Check = Callable[[], Awaitable[None]]
"""Raises when what it checks cannot be used now."""

CHECK_TIMEOUT = 2.0
"""Seconds for each check."""
KEPT = 1.0
"""Seconds for which an answer is given again, so that probing costs nothing."""


class NotReadyError(Exception):
    """What a check finds missing; the message is shown to whoever asks, so it holds no secret."""


class Checks:
    """Named checks, run side by side."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._checking = asyncio.Lock()
        self._last: tuple[float, dict[str, str]] | None = None

    async def states(self) -> dict[str, str]:
        """Tell for each name `ok`, or `unavailable:` and what is missing or which error. Never raises."""
        async with self._checking:
            if self._last is None or time.monotonic() - self._last[0] > KEPT:
                found = await asyncio.gather(*map(_state, self._checks.values()))
                self._last = (time.monotonic(), dict(zip(self._checks, found, strict=True)))
            return self._last[1]


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check()
    except NotReadyError as error:
        return f"unavailable: {error}"
    except Exception as error:  # noqa: BLE001 (whatever it is, it is not usable, for this reason)
        return f"unavailable: {type(error).__name__}"
    return "ok"
