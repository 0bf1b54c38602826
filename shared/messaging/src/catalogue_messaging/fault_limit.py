"""A limit on failures that nobody foresaw: a bad deploy must not empty a topic into the dead letters."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord
from catalogue_schema.events import Reason

from catalogue_messaging.failures import Failure

WINDOW = 1000
"""Messages, the last ones, of which the share is taken."""
FEWEST = 20
"""Failures that are no share of anything yet."""


@dataclass(frozen=True, slots=True)
class FaultLimits:
    """How much may fail unexpectedly: a share of the last thousand messages, and so many in a row."""

    ratio: float = 0.1
    run: int = 50


class FaultLimit:
    """One topic's: asked for each batch, before it is committed."""

    def __init__(self, limits: FaultLimits) -> None:
        self._limits = limits
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._run = 0

    def exceeded(self, records: Sequence[ConsumerRecord], failures: Sequence[Failure]) -> str | None:
        """Say which limit the batch goes beyond, or None."""
        unexpected = {id(failure.record) for failure in failures if failure.reason is Reason.UNEXPECTED}
        if not unexpected:
            self._last.extend([False] * len(records))
            self._run = 0
            return None
        longest = self._run
        for record in records:
            failed = id(record) in unexpected
            self._last.append(failed)
            self._run = self._run + 1 if failed else 0
            longest = max(longest, self._run)
        faults = sum(self._last)
        if longest > self._limits.run:
            return f"{longest} messages in a row failed unexpectedly, more than {self._limits.run}"
        if faults >= FEWEST and faults > self._limits.ratio * len(self._last):
            return f"{faults} of the last {len(self._last)} messages failed unexpectedly"
        return None
