"""How fast topics and consumer groups move, of samples that are taken while somebody asks."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from catalogue_messaging.progress import GroupProgress, Progress
from catalogue_schema.topics import Topic

WINDOW = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at a moment of `monotonic`."""

    at: float
    progress: Progress


class Rates:
    """Over the last minute of samples; None where there are not two."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()

    def add(self, sample: Sample) -> None:
        self._samples.append(sample)
        while self._samples[0].at < sample.at - WINDOW:
            self._samples.popleft()

    def of_topic(self, topic: Topic) -> float | None:
        return _rate((each.at, each.progress.ends[topic]) for each in self._samples)

    def of_group(self, topic: Topic) -> float | None:
        return _rate((each.at, each.progress.groups[topic].committed) for each in self._samples)

    def group(self, topic: Topic) -> GroupProgress:
        """As it was seen last."""
        return self._samples[-1].progress.groups[topic]

    def waits_for(self, topic: Topic) -> float:
        """Seconds for which messages have waited, and the group that reads them has committed nothing."""
        last, since = self._samples[-1], self._samples[-1].at
        for sample in reversed(self._samples):
            group = sample.progress.groups[topic]
            if group.lag == 0 or group.committed != last.progress.groups[topic].committed:
                break
            since = sample.at
        return last.at - since


def _rate(points: Iterable[tuple[float, int]]) -> float | None:
    (since, before), *others = points
    if not others:
        return None
    at, now = others[-1]
    # A topic that was made again counts anew.
    return round(max(0, now - before) / (at - since), 3)
