import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from catalogue_messaging import failures as policy
from catalogue_messaging.failures import (
    MAX_BACKOFF,
    Failure,
    PermanentError,
    Received,
    TransientError,
    isolate,
    until_it_succeeds,
)
from catalogue_schema.events import Reason
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from support.kafka import record


class Number(BaseModel):
    number: int


class BadNumberError(PermanentError):
    reason = Reason.CONSTRAINT


Batch = Sequence[Received[Number]]


def batch_of(size: int) -> list[Received[Number]]:
    return [Received(record(str(number).encode()), Number(number=number)) for number in range(size)]


class Store:
    """Takes a batch whole, or not at all when there is a bad number in it."""

    def __init__(self, bad: dict[int, Exception]) -> None:
        self.stored: list[int] = []
        self.calls = 0
        self._bad = bad

    async def __call__(self, batch: Batch) -> list[Failure]:
        self.calls += 1
        numbers = [received.event.number for received in batch]
        for number in numbers:
            if number in self._bad:
                raise self._bad[number]
        self.stored += numbers
        return []


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited; nobody waits."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    # Not asyncio's own: other tests' servers share this event loop, and would spin.
    monkeypatch.setattr(policy, "sleep", sleep)
    return waited


def failing(times: int) -> Callable[[], Awaitable[str]]:
    left = iter(range(times))

    async def attempt() -> str:
        if next(left, None) is not None:
            raise TransientError("away")
        return "done"

    return attempt


async def test_a_good_batch_is_handled_in_one_call() -> None:
    store = Store({})
    assert await isolate(store, batch_of(1000)) == []
    assert store.calls == 1


async def test_an_empty_batch_is_not_handled_at_all() -> None:
    store = Store({})
    assert await isolate(store, []) == []
    assert store.calls == 0


@given(size=st.integers(1, 60), data=st.data())
async def test_each_bad_event_is_found_and_every_other_is_handled_exactly_once(
    size: int, data: st.DataObject
) -> None:
    bad = data.draw(st.sets(st.integers(0, size - 1)))
    store = Store({number: BadNumberError(f"number {number}") for number in bad})
    failures = await isolate(store, batch_of(size))
    assert store.stored == [number for number in range(size) if number not in bad]
    assert [failure.detail for failure in failures] == [f"number {number}" for number in sorted(bad)]


async def test_one_bad_event_in_a_thousand_costs_few_calls() -> None:
    store = Store({321: BadNumberError()})
    await isolate(store, batch_of(1000))
    assert store.calls <= 1 + 2 * 10  # two for each halving


@pytest.mark.parametrize(
    ("error", "reason"), [(BadNumberError("x"), Reason.CONSTRAINT), (KeyError("x"), Reason.UNEXPECTED)]
)
async def test_a_failure_says_what_the_error_was(error: Exception, reason: Reason) -> None:
    [failure] = await isolate(Store({0: error}), batch_of(1))
    assert (failure.reason, failure.detail, failure.exception_class) == (
        reason,
        str(error),
        type(error).__name__,
    )


async def test_failures_that_the_handler_returned_are_kept_when_others_are_isolated() -> None:
    unknown = Failure(record(b""), Reason.UNKNOWN_MODEL, "", "")

    async def handle(batch: Batch) -> list[Failure]:
        if any(received.event.number == 3 for received in batch):
            raise BadNumberError
        return [unknown for received in batch if received.event.number == 0]

    reasons = [failure.reason for failure in await isolate(handle, batch_of(8))]
    assert reasons == [Reason.UNKNOWN_MODEL, Reason.CONSTRAINT]


async def test_a_transient_error_makes_no_dead_letter_also_beside_a_bad_event() -> None:
    store = Store({2: BadNumberError(), 5: TransientError("away")})
    with pytest.raises(TransientError):
        await isolate(store, batch_of(8))


async def test_what_fails_is_repeated_until_it_succeeds(pauses: list[float]) -> None:
    assert await until_it_succeeds("topic", failing(5), lambda: None) == "done"
    assert len(pauses) == 5


async def test_pauses_are_neither_nothing_nor_endless(pauses: list[float]) -> None:
    await until_it_succeeds("topic", failing(200), lambda: None)
    assert min(pauses) >= 0.2
    assert MAX_BACKOFF / 2 < max(pauses) <= MAX_BACKOFF
    assert sum(pauses) / len(pauses) > 3, "no hot loop in a long outage"
    assert len(set(pauses)) > 100, "workers that failed together should not come back together"


async def test_each_try_is_marked_as_progress(pauses: list[float]) -> None:
    marks: list[int] = []
    await until_it_succeeds("topic", failing(3), lambda: marks.append(len(pauses)))
    assert marks == [0, 1, 2, 3]


async def test_a_cancelled_attempt_is_not_repeated(pauses: list[float]) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await until_it_succeeds("topic", cancelled, lambda: None)
    assert pauses == []
