"""The pipeline's picture: everything in it, nothing on top of another, nothing outside."""

from datetime import UTC, datetime
from itertools import combinations

import pytest
from catalogue_api.console.charts.flow import PRODUCERS, Box, Flow
from catalogue_api.console.formats import NOTHING
from catalogue_api.pipeline.drawing import Seen, draw
from catalogue_api.pipeline.picture import API, INGEST, Arrow, Picture, TopicPart

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def picture() -> Picture:
    """As it is drawn where nothing is known yet."""
    return draw(Seen(None, "away", None, "away", 0))


def with_more_topics(picture: Picture, more: int) -> Picture:
    for number in range(more):
        name = f"catalogue.more-{number}.v1"
        picture.topics.append(TopicPart(name=name, event="More", per_second=2))
        picture.arrows.append(Arrow(source=API, target=name, per_second=2))
        picture.arrows.append(Arrow(source=name, target=INGEST, per_second=2, lag=3, dead_letters={"x": 4}))
    return picture


def overlap(one: Box, other: Box) -> bool:
    beside = one.right <= other.x or other.right <= one.x
    return not beside and not (one.bottom <= other.y or other.bottom <= one.y)


@pytest.mark.parametrize("more", [0, 1, 5])
def test_each_part_and_topic_has_a_place_of_its_own(picture: Picture, more: int) -> None:
    flow = Flow(with_more_topics(picture, more))

    shown = {*(part.name for part in picture.parts), *(topic.name for topic in picture.topics)}
    assert set(flow.boxes) == {*shown, PRODUCERS}
    assert not [pair for pair in combinations(flow.boxes.values(), 2) if overlap(*pair)]
    for box in flow.boxes.values():
        assert box.x >= 0
        assert box.right <= flow.width
        assert box.bottom <= flow.height


@pytest.mark.parametrize("more", [0, 2])
def test_each_arrow_is_drawn_once(picture: Picture, more: int) -> None:
    flow = Flow(with_more_topics(picture, more))

    drawn = [(line.arrow.source, line.arrow.target) for line in flow.lines]
    asked = [(arrow.source, arrow.target) for arrow in picture.arrows]
    assert sorted(drawn) == sorted([*asked, (PRODUCERS, API)])


def test_what_producers_send_is_the_sum_of_what_the_api_hands_on(picture: Picture) -> None:
    picture.topics = [topic.model_copy(update={"per_second": 1.5}) for topic in picture.topics]
    flow = Flow(picture)
    [sent] = [line for line in flow.lines if line.arrow.source == PRODUCERS]
    handed_on = [arrow for arrow in picture.arrows if arrow.source == API]

    assert sent.rate == f"{1.5 * len(handed_on):.1f}/s"


def test_a_rate_that_is_not_known_is_none(picture: Picture) -> None:
    assert {line.rate for line in Flow(picture).lines} == {f"{NOTHING}/s"}
