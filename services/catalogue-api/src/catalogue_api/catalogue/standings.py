"""Who is the best from which day on, as results come and go."""

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from heapq import heappop, heappush
from itertools import groupby
from math import nan
from operator import itemgetter
from typing import NamedTuple


class Columns(NamedTuple):
    """Of results, in the order in which a model's later one stands for its earlier ones.

    A result stands from the day on which it `begin`s, and no longer on that of its `end`.
    """

    model: Sequence[int]
    score: Sequence[float]
    begin: Sequence[date]
    end: Sequence[date | None]


class Turn(NamedTuple):
    """From `day` this model leads, with that score; or nobody does."""

    day: date
    model: int | None
    score: float


def find_turns(results: Columns, *, ascending: bool) -> list[Turn]:
    """In order of days. Of several that are as good the leader stays; without one, the earliest leads."""
    board = _Board(results.model, results.score if ascending else [-score for score in results.score])
    turns: list[Turn] = []
    leader: int | None = None
    for day, changes in groupby(_changes(results), key=itemgetter(0)):
        for _, place, comes in changes:
            (board.come if comes else board.go)(place)
        best = board.best(leader)
        model = None if best is None else results.model[best]
        if model != leader:
            turns.append(Turn(day, model, nan if best is None else results.score[best]))
            leader = model
    return turns


def _changes(results: Columns) -> list[tuple[date, int, bool]]:
    standing = [
        (place, begin, end)
        for place, (begin, end) in enumerate(zip(results.begin, results.end, strict=True))
        if end is None or end > begin
    ]
    come = [(begin, place, True) for place, begin, _ in standing]
    return sorted(come + [(end, place, False) for place, _, end in standing if end is not None])


class _Board:
    """Which results stand, by their places, and which of them is the best: its key is the least."""

    def __init__(self, model: Sequence[int], key: Sequence[float]) -> None:
        self._model = model
        self._key = key
        self._standing: dict[int, list[int]] = defaultdict(list)
        self._best: list[tuple[float, int]] = []
        """A heap of all that are a model's latest, and of some that were."""

    def come(self, place: int) -> None:
        insort(self._standing[self._model[place]], place)
        heappush(self._best, (self._key[place], place))

    def go(self, place: int) -> None:
        standing = self._standing[self._model[place]]
        standing.remove(place)
        if standing:
            heappush(self._best, (self._key[standing[-1]], standing[-1]))

    def best(self, leader: int | None) -> int | None:
        """The best result's place: the leader's, where none is better."""
        while self._best and not self._is_latest(self._best[0][1]):
            heappop(self._best)
        if not self._best:
            return None
        key, place = self._best[0]
        standing = [] if leader is None else self._standing[leader]
        return standing[-1] if standing and self._key[standing[-1]] <= key else place

    def _is_latest(self, place: int) -> bool:
        standing = self._standing[self._model[place]]
        return bool(standing) and standing[-1] == place
