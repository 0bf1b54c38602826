"""The pipeline as a picture: its parts and topics as boxes, and what flows on the arrows between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from catalogue_api.console.formats import NOTHING, path_of
from catalogue_api.pipeline.picture import API, DATABASE, INGEST, KAFKA, SENTIMENT, Arrow, Part, Picture

PRODUCERS = "producers"
WIDTH = 1120.0
HEIGHT_OF_BOX, PITCH, TOP = 46.0, 68.0, 34.0
BELOW = 104.0
"""From the last topic that producers fill to what stands below."""
COLUMNS: Mapping[str, tuple[float, float]] = {
    PRODUCERS: (1, 80),
    API: (146, 130),
    "topics": (355, 195),
    SENTIMENT: (690, 140),
    "right": (900, 190),
    DATABASE: (990, 120),
}
"""Where each begins, and its width, in the picture's units: about pixels."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    title: str
    words: str
    state: str = ""
    path: str | None = None

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


class Line(NamedTuple):
    """`d` is an SVG path; the label begins at x and y, or ends there. `room` below it is for what failed."""

    d: str
    arrow: Arrow
    x: float
    y: float
    anchor: str = "start"
    room: bool = True

    @property
    def rate(self) -> str:
        return rate(self.arrow.per_second)

    @property
    def failed(self) -> int:
        return sum((self.arrow.dead_letters or {}).values())


def rate(per_second: float | None) -> str:
    return f"{NOTHING}/s" if per_second is None else f"{per_second:,.1f}/s"


class Flow:
    """Places a picture's parts and topics by who writes and reads them, however many topics there are."""

    def __init__(self, picture: Picture) -> None:
        self._arrows = {(arrow.source, arrow.target): arrow for arrow in picture.arrows}
        self._parts = {part.name: part for part in picture.parts}
        self._rates = {topic.name: topic.per_second for topic in picture.topics}
        self._events = {topic.name: topic.event for topic in picture.topics}
        between = {target for source, target in self._arrows if source == SENTIMENT}
        failed = {target for source, target in self._arrows if source == INGEST}
        self._classified = [name for name in self._events if name in between - failed]
        self._letters = [name for name in self._events if name in failed]
        first = [name for name in self._events if name not in between | failed]
        self._submitted = sorted(first, key=lambda name: (name, SENTIMENT) not in self._arrows)
        self.width = WIDTH
        self.height = self._row(len(self._submitted) - 1) + BELOW + HEIGHT_OF_BOX + 4
        self.boxes = dict(self._boxes())

    @property
    def lines(self) -> Iterator[Line]:
        yield from self._from_producers()
        yield from self._into_workers()
        yield from self._around_ingest()

    def _row(self, number: int) -> float:
        return TOP + PITCH * number

    def _boxes(self) -> Iterator[tuple[str, Box]]:
        low, last = self.height - HEIGHT_OF_BOX - 4, self._row(len(self._submitted) - 1)
        middle = (TOP + last) / 2
        yield PRODUCERS, _box(PRODUCERS, middle, PRODUCERS, "")
        yield API, self._part(API, API, middle)
        for number, name in enumerate(self._submitted):
            yield name, self._topic("topics", name, self._row(number))
        yield SENTIMENT, self._part(SENTIMENT, SENTIMENT, TOP)
        for name in self._classified:
            yield name, self._topic("right", name, TOP)
        yield INGEST, self._part("right", INGEST, self._row(1), last - self._row(1) + HEIGHT_OF_BOX)
        yield KAFKA, self._part("topics", KAFKA, low)
        yield DATABASE, self._part(DATABASE, DATABASE, low)
        for name in self._letters:
            yield name, self._topic(SENTIMENT, name, low)

    def _part(self, column: str, name: str, y: float, height: float = HEIGHT_OF_BOX) -> Box:
        part = self._parts[name]
        return _box(column, y, name, state_of(part), part.status, height)

    def _topic(self, column: str, name: str, y: float) -> Box:
        words = rate(self._rates[name]) if name in self._letters else self._events[name]
        x, width = COLUMNS[column]
        short = name.removeprefix("catalogue.")
        return Box(x, y, width, HEIGHT_OF_BOX, short, words, "topic", path_of("live", topic=name))

    def _from_producers(self) -> Iterator[Line]:
        producers, api = self.boxes[PRODUCERS], self.boxes[API]
        known = [self._rates[name] for name in self._submitted]
        total = None if None in known else sum(each or 0 for each in known)
        arrow = Arrow(source=PRODUCERS, target=API, per_second=total)
        yield Line(f"M{producers.right} {api.middle}H{api.x}", arrow, producers.right + 2, api.middle - 8)
        for name in self._submitted:
            if arrow_to := self._arrows.get((API, name)):
                topic = self.boxes[name]
                path = f"M{api.right} {api.middle}H{api.right + 14}V{topic.middle}H{topic.x}"
                yield Line(path, arrow_to, topic.x - 14, topic.middle - 8, "end")

    def _into_workers(self) -> Iterator[Line]:
        for name in self._submitted:
            topic, ingest, sentiment = self.boxes[name], self.boxes[INGEST], self.boxes[SENTIMENT]
            reader = sentiment if (name, SENTIMENT) in self._arrows else ingest
            arrow = self._arrows[name, SENTIMENT if reader is sentiment else INGEST]
            yield Line(f"M{topic.right} {topic.middle}H{reader.x}", arrow, topic.right + 10, topic.middle - 8)
        for name in self._classified:
            topic, ingest, sentiment = self.boxes[name], self.boxes[INGEST], self.boxes[SENTIMENT]
            made = self._arrows[SENTIMENT, name]
            yield Line(
                f"M{sentiment.right} {topic.middle}H{topic.x}", made, sentiment.right + 8, topic.middle - 8
            )
            x = topic.x + 20
            down, arrow = f"M{x} {topic.bottom}V{ingest.y}", self._arrows[name, INGEST]
            yield Line(down, arrow, x + 8, topic.bottom + 15, room=False)

    def _around_ingest(self) -> Iterator[Line]:
        ingest, database = self.boxes[INGEST], self.boxes[DATABASE]
        x = database.x + database.width / 2
        into = self._arrows[INGEST, DATABASE]
        yield Line(f"M{x} {ingest.bottom}V{database.y}", into, x + 8, ingest.bottom + 30)
        for name in self._letters:
            letters, sentiment = self.boxes[name], self.boxes[SENTIMENT]
            out, back = letters.middle - 10, letters.middle + 10
            down = f"M{letters.x + 90} {sentiment.bottom}V{letters.y}"
            yield Line(down, self._arrows[SENTIMENT, name], letters.x + 98, letters.y - 12)
            away = f"M{ingest.x + 20} {ingest.bottom}V{out}H{letters.right}"
            yield Line(away, self._arrows[INGEST, name], letters.right + 4, out - 8)
            again = f"M{letters.right} {back}H{ingest.x + 50}V{ingest.bottom}"
            yield Line(again, self._arrows[name, INGEST], letters.right + 10, back - 5)


def state_of(part: Part) -> str:
    """In words."""
    if part.members is not None:
        return f"{part.status}, {part.members} running" if part.status == "ok" else part.status
    if part.listeners is not None:
        return f"{part.status}, {part.listeners} listening"
    return part.status


def _box(
    column: str, y: float, title: str, words: str, state: str = "", height: float = HEIGHT_OF_BOX
) -> Box:
    x, width = COLUMNS[column]
    return Box(x, y, width, height, title, words, state)
