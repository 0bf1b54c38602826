"""The topics, which event each carries, and how each is kept on the broker."""

from dataclasses import dataclass

from pydantic import BaseModel

from catalogue_schema.events import DeadLetter, OpinionClassified, OpinionSubmitted, ResultReported

DAY_MS = 24 * 60 * 60 * 1000
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be on the broker.

    `retention_bytes` is per partition, as Kafka counts it. Messages are keyed by model name, so that one
    model's events stay in order; more partitions later would move names between partitions.
    """

    name: str
    event: type[BaseModel]
    summary: str
    partitions: int = 6
    retention_ms: int = 30 * DAY_MS
    retention_bytes: int = 4 * GIB
    max_message_bytes: int = 1024**2

    @property
    def settings(self) -> dict[str, str]:
        """The topic's configuration in Kafka's names, without what depends on the number of brokers."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "retention.bytes": str(self.retention_bytes),
            "max.message.bytes": str(self.max_message_bytes),
        }


OPINIONS_SUBMITTED = Topic(
    "catalogue.opinions.submitted.v1", OpinionSubmitted, "Opinions as producers submitted them"
)
OPINIONS_CLASSIFIED = Topic(
    "catalogue.opinions.classified.v1", OpinionClassified, "The same opinions with their sentiment"
)
RESULTS_REPORTED = Topic(
    "catalogue.results.reported.v1", ResultReported, "Benchmark results as producers reported them"
)
DEAD_LETTERS = Topic(
    "catalogue.dead-letters.v1",
    DeadLetter,
    "Messages that could not be processed: the original bytes, and the reason in the headers",
    retention_ms=90 * DAY_MS,
    # room for the largest message of the other topics and the headers that say what was wrong
    max_message_bytes=2 * 1024**2,
)

TOPICS: tuple[Topic, ...] = (OPINIONS_SUBMITTED, OPINIONS_CLASSIFIED, RESULTS_REPORTED, DEAD_LETTERS)
