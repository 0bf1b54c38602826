"""Where somebody is in the topics, as the text that is the id of a server-sent event."""

import re
from collections.abc import Iterator, Mapping, Sequence

PREFIX = "catalogue."
"""Of every topic's name, which an id leaves out."""
MAX_LENGTH = 8 * 1024
_PART = r"[a-z0-9.-]{1,100}:\d{1,18}(?:\.\d{1,18})*"
TEXT = re.compile(rf"{_PART}(?:,{_PART})*", re.ASCII)

Place = tuple[str, int]
"""A topic's own name, and a partition of it."""


class Positions:
    """The offset that comes next in each partition of some topics, by the topics' names.

    The text of it is `opinions.submitted.v1:12.0.7,results.reported.v1:3.3.9`.
    """

    def __init__(self, offsets: Mapping[str, Sequence[int]]) -> None:
        self._offsets = {topic: [*each] for topic, each in offsets.items()}
        self._texts = {topic: _text(topic, each) for topic, each in self._offsets.items()}

    @classmethod
    def parse(cls, text: str) -> "Positions":
        """Read what `str` wrote, perhaps of other topics than there are now. Raises ValueError."""
        if len(text) > MAX_LENGTH or not TEXT.fullmatch(text):
            raise ValueError("is no id of this stream: send the last one that came, as it was")
        parts = (part.split(":") for part in text.split(","))
        return cls({PREFIX + topic: [int(each) for each in offsets.split(".")] for topic, offsets in parts})

    def __str__(self) -> str:
        return ",".join(self._texts.values())

    def __contains__(self, topic: str) -> bool:
        return topic in self._offsets

    def __iter__(self) -> Iterator[tuple[Place, int]]:
        for topic, offsets in self._offsets.items():
            yield from (((topic, partition), offset) for partition, offset in enumerate(offsets))

    def at(self, place: Place) -> int:
        """The beginning, where the partition is not known: it was added since."""
        topic, partition = place
        offsets = self._offsets[topic]
        return offsets[partition] if partition < len(offsets) else 0

    def move(self, place: Place, offset: int) -> None:
        topic, partition = place
        offsets = self._offsets[topic]
        offsets.extend([0] * (partition + 1 - len(offsets)))
        offsets[partition] = offset
        self._texts[topic] = _text(topic, offsets)


def _text(topic: str, offsets: Sequence[int]) -> str:
    return f"{topic.removeprefix(PREFIX)}:{'.'.join(map(str, offsets))}"
