import asyncio

import pytest
from catalogue_runtime.timeouts import Timeouts


async def test_what_takes_too_long_is_ended_and_what_does_not_is_not() -> None:
    timeouts = Timeouts(0.05)
    with pytest.raises(TimeoutError), timeouts():
        await asyncio.sleep(10)
    with timeouts():
        await asyncio.sleep(0)


async def test_each_has_its_own_time() -> None:
    timeouts = Timeouts(0.1)

    async def wait(seconds: float) -> bool:
        try:
            with timeouts():
                await asyncio.sleep(seconds)
        except TimeoutError:
            return False
        return True

    first = asyncio.create_task(wait(10))
    await asyncio.sleep(0.05)
    others = await asyncio.gather(wait(10), wait(0), wait(0.01), wait(10))

    assert [await first, *others] == [False, False, True, True, False]


async def test_cancelling_from_elsewhere_stays_cancelling() -> None:
    async def wait() -> None:
        with Timeouts(10)():
            await asyncio.sleep(10)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_next_step_is_not_cancelled_by_a_timeout_that_was_met() -> None:
    timeouts = Timeouts(0.05)
    with timeouts():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
