"""What the picture makes of samples, and that it shows who really reads and writes."""

import re
from pathlib import Path

from catalogue_api.pipeline.picture import API, INGEST, READ_BY, SENTIMENT, writers
from catalogue_api.pipeline.rates import Rates, Sample
from catalogue_messaging.progress import GroupProgress, Progress
from catalogue_schema.topics import DEAD_LETTERS, RESULTS_REPORTED, TOPICS

USERS = (Path(__file__).parents[3] / "deploy/kafka/users.sh").read_text()


def granted(verb: str, user: str) -> set[str]:
    lines = re.sub(r"\\\n", "", USERS).splitlines()
    return {
        f"catalogue.{name}"
        for line in lines
        if line.startswith(f"{verb} {user} ")
        for name in line.split()[2:]
    }


def test_topics_are_read_by_whom_production_lets_read_them() -> None:
    for service in (SENTIMENT, INGEST):
        assert {topic.name for topic, by in READ_BY.items() if by == service} == granted("reads", service)


def test_topics_are_written_by_whom_production_lets_write_them() -> None:
    for service in (API, SENTIMENT):
        assert {topic.name for topic in TOPICS if service in writers(topic)} == granted("writes", service)
    assert INGEST in writers(DEAD_LETTERS)


def sample(at: float, end: int, committed: int) -> Sample:
    group = GroupProgress(1, committed, end - committed)
    return Sample(at, Progress({RESULTS_REPORTED: end}, {RESULTS_REPORTED: group}))


def rates(*samples: tuple[float, int, int]) -> Rates:
    made = Rates()
    for each in samples:
        made.add(sample(*each))
    return made


def test_a_rate_is_not_known_before_there_are_two_samples() -> None:
    assert rates((0, 5, 5)).of_topic(RESULTS_REPORTED) is None
    assert rates((0, 5, 5), (2, 9, 6)).of_topic(RESULTS_REPORTED) == 2
    assert rates((0, 5, 5), (2, 9, 6)).of_group(RESULTS_REPORTED) == 0.5


def test_a_rate_is_of_the_last_minute_and_never_below_nothing() -> None:
    assert rates((0, 0, 0), (50, 1000, 0), (100, 1050, 0)).of_topic(RESULTS_REPORTED) == 1
    assert rates((0, 0, 0), (61, 1000, 0)).of_topic(RESULTS_REPORTED) is None
    assert rates((0, 1000, 0), (10, 3, 0)).of_topic(RESULTS_REPORTED) == 0


def test_a_group_is_waited_for_as_long_as_it_has_work_and_commits_nothing() -> None:
    assert rates((0, 5, 5), (10, 9, 5), (30, 9, 5)).waits_for(RESULTS_REPORTED) == 20
    assert rates((0, 9, 4), (10, 9, 5)).waits_for(RESULTS_REPORTED) == 0
    assert rates((0, 9, 5), (10, 9, 9)).waits_for(RESULTS_REPORTED) == 0
