"""The words in which every service counts events, for Prometheus."""

from enum import StrEnum
from functools import cache

from prometheus_client import Counter
from pydantic import BaseModel

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Buckets of every histogram of durations."""


class Outcome(StrEnum):
    """What became of an event in one service."""

    REJECTED = "rejected"
    """The API refused it: its sender was told why."""
    ACCEPTED = "accepted"
    FAILED = "failed"
    """Kafka did not acknowledge it: its sender was told to repeat."""
    CLASSIFIED = "classified"
    KEPT = "kept"
    """The opinion came with a sentiment, which stays."""
    RECORDED = "recorded"
    REPEATED = "repeated"
    """It had been recorded before."""
    DEAD_LETTERED = "dead_lettered"
    SUPPRESSED = "suppressed"
    """It is of somebody whose data were erased: it is not recorded, and consumers are told to delete it."""


EVENTS = Counter("catalogue_events", "Events by type and outcome", ["type", "outcome"])


def count_events(event: type[BaseModel] | None, outcome: Outcome, number: int = 1) -> None:
    """Count `number` events of the type `event`; None where the type cannot be trusted as a label."""
    _child(event.__name__ if event else "unknown", outcome).inc(number)


def count_recorded(event: type[BaseModel], recorded: int, known: int) -> None:
    """Count `recorded` of `known` events as new, and the rest as recorded before."""
    count_events(event, Outcome.RECORDED, recorded)
    count_events(event, Outcome.REPEATED, known - recorded)


# Looking a child up by its labels costs more than counting it.
@cache
def _child(event: str, outcome: Outcome) -> Counter:
    return EVENTS.labels(event, outcome.value)
