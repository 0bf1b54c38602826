"""The one failure policy: what passes is repeated, what never will is isolated and dead-lettered."""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import structlog
from aiokafka import ConsumerRecord
from catalogue_schema.events import Reason
from tenacity import AsyncRetrying, RetryCallState, wait_random_exponential

from catalogue_messaging.metrics import RETRIES

log = structlog.get_logger(__name__)

MIN_BACKOFF = 0.2
MAX_BACKOFF = 10
"""Seconds."""

E = TypeVar("E")
R = TypeVar("R")


class TransientError(Exception):
    """Something is away for now: the same batch will succeed when it is back."""


class PermanentError(Exception):
    """The event can never be processed as it is."""

    reason = Reason.UNEXPECTED


class Received(NamedTuple, Generic[E]):
    """A message and the event that it carries, as `decode` gave it."""

    record: ConsumerRecord
    event: E


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that goes to the dead letters, and why."""

    record: ConsumerRecord
    reason: Reason
    detail: str
    exception_class: str


Handler = Callable[[Sequence[Received[E]]], Awaitable[list[Failure]]]
"""Processes a batch whole or not at all, and returns what of it failed for good.

Raises TransientError to be called again with the same batch later; after any other exception the batch is
split to find the event that caused it.
"""


async def isolate(handle: Handler[E], batch: Sequence[Received[E]]) -> list[Failure]:
    """Call `handle`, halving the batch around an event that makes it fail. Raises only TransientError."""
    if not batch:
        return []
    try:
        return await handle(batch)
    except TransientError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it must cost no other event)
        if len(batch) == 1:
            return [failed(batch[0].record, error)]
    middle = len(batch) // 2
    return [*await isolate(handle, batch[:middle]), *await isolate(handle, batch[middle:])]


def failed(record: ConsumerRecord, error: Exception) -> Failure:
    reason = error.reason if isinstance(error, PermanentError) else Reason.UNEXPECTED
    if reason is Reason.UNEXPECTED:
        log.error(
            "unexpected error",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            exc_info=error,
        )
    return Failure(record, reason, str(error), type(error).__qualname__)


async def until_it_succeeds(
    topic: str,
    attempt: Callable[[], Awaitable[R]],
    progress: Callable[[], None],
    max_backoff: float = MAX_BACKOFF,
) -> R:
    """Repeat `attempt` with capped, jittered backoff for as long as it fails; `progress` marks each try."""

    def before_sleep(state: RetryCallState) -> None:
        RETRIES.labels(topic).inc()
        assert state.outcome is not None
        assert state.next_action is not None
        error = state.outcome.exception()
        log.warning(
            "will be repeated",
            topic=topic,
            attempt=state.attempt_number,
            seconds=round(state.next_action.sleep, 1),
            error=str(error) or repr(error),
        )

    async def one() -> R:
        progress()
        return await attempt()

    retrying = AsyncRetrying(
        sleep=sleep,
        wait=wait_random_exponential(0.5, max=max_backoff, min=MIN_BACKOFF),
        before_sleep=before_sleep,
    )
    return await retrying(one)
