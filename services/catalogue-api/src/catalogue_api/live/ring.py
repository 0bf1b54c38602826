"""The last of what passed, kept once for all who listen."""

import asyncio
from collections.abc import Mapping

from catalogue_api.live.messages import Passed
from catalogue_api.live.positions import Place, Positions

MOST_MESSAGES = 2_000
MOST_BYTES = 8 * 1024**2
MESSAGE_COST = 300
"""Bytes that a message takes beside its frame."""


class Ring:
    """Messages by their number, counted from the ring's beginning; the oldest give way to new ones."""

    def __init__(self, positions: dict[Place, int]) -> None:
        self.first = self.end = 0
        self.positions = positions
        """What comes next in each partition."""
        self.changed = asyncio.Event()
        """Set when something came; then there is another one."""
        self._since = {**positions}
        self._messages: dict[int, Passed] = {}
        self._size = 0

    def __getitem__(self, number: int) -> Passed:
        return self._messages[number]

    def add(self, message: Passed) -> None:
        self._messages[self.end] = message
        self.end += 1
        self.positions[message.place] = message.then
        self._since.setdefault(message.place, 0)
        self._size += _size(message)
        while len(self._messages) > MOST_MESSAGES or (self._size > MOST_BYTES and len(self._messages) > 1):
            self._drop()

    def move(self, positions: Mapping[Place, int]) -> None:
        """Beyond what was added: what a transaction leaves is no message."""
        self.positions |= positions

    def wake(self) -> None:
        """Tell everybody who waits."""
        self.changed.set()
        self.changed = asyncio.Event()

    def reaches(self, positions: Positions) -> bool:
        """Whether it has everything that came since `positions`."""
        return all(self._since.get(place, 0) <= offset for place, offset in positions)

    def is_beyond(self, positions: Positions) -> bool:
        """Whether `positions` have been reached here, too."""
        return all(offset <= self.positions.get(place, 0) for place, offset in positions)

    def _drop(self) -> None:
        message = self._messages.pop(self.first)
        self.first += 1
        self._size -= _size(message)
        self._since[message.place] = message.then


def _size(message: Passed) -> int:
    return len(message.frame) + MESSAGE_COST
