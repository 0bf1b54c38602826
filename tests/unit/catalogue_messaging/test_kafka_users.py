"""Who may do what on the broker, as production's users are made."""

import re
from pathlib import Path

from catalogue_schema.topics import SUBJECTS_ERASED, SUBMITTED, TOPICS

SCRIPT = (Path(__file__).parents[3] / "deploy/kafka/users.sh").read_text()
LINES = SCRIPT.replace("\\\n", "").splitlines()


def topics(verb: str, *users: str) -> set[str]:
    granted = [line.split() for line in LINES if re.match(rf"{verb} ({'|'.join(users)}) ", line)]
    return {f"catalogue.{name}" for [_, _, *names] in granted for name in names}


def test_the_api_writes_what_producers_submit_follows_all_and_is_in_no_group() -> None:
    assert topics("writes", "catalogue-api") == {topic.name for topic in SUBMITTED.values()}
    assert topics("follows", "catalogue-api") == {topic.name for topic in TOPICS}
    assert topics("reads", "catalogue-api") == set()


def test_each_topic_is_read_by_one_worker_and_no_other_topic_is_named() -> None:
    by_worker = [topics("reads", worker) for worker in ("ingest-worker", "sentiment-worker")]
    # What was erased is told to consumers alone.
    assert set.union(*by_worker) == {topic.name for topic in TOPICS} - {SUBJECTS_ERASED.name}
    assert set.intersection(*by_worker) == set()
