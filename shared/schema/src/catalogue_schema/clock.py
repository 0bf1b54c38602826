"""When an event can have occurred: not before 1970, and hardly in the future.

The latest stands: a result of 2099 would lead its ranking until then.
"""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from catalogue_schema.events import Event

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=1)
"""How far a producer's clock may be ahead."""


class Impossible(NamedTuple):
    """An event's field, and why it cannot be."""

    field: str
    reason: str


class Clock:
    """Asked for each event, it asks the system's clock only where the answer may have changed."""

    def __init__(self) -> None:
        self._latest = EARLIEST
        self._today = date.min

    def find_impossible(self, event: Event) -> Impossible | None:
        """The first time or date of the event that is too early or too late, if there is one."""
        day = event.day
        if EARLIEST <= event.occurred_at <= self._latest and (day is None or day <= self._today):
            return None
        now = datetime.now(UTC)
        self._latest, self._today = now + MAX_AHEAD, now.date()
        if event.occurred_at < EARLIEST:
            return Impossible("occurred_at", "is before 1970")
        if event.occurred_at > self._latest:
            return Impossible(
                "occurred_at", "is over a day in the future: set the clock right, or leave it out"
            )
        if day is not None and day > self._today + timedelta(days=event.DAYS_AHEAD):
            return Impossible(event.DAY, f"is more than {event.DAYS_AHEAD} d ahead")
        return None
