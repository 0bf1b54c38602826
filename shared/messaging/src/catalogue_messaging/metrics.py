"""What every service counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram
from pydantic import BaseModel

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

EVENTS = Counter(
    "catalogue_events", "Events by type and outcome: accepted, recorded, dead_lettered …", ["type", "outcome"]
)
PUBLISH_SECONDS = Histogram(
    "catalogue_publish_seconds",
    "From handing messages to Kafka to its acknowledgement",
    ["topic"],
    buckets=SECONDS,
)
PUBLISH_FAILURES = Counter(
    "catalogue_publish_failures", "Publishes that Kafka did not acknowledge", ["topic"]
)
BATCH_SIZE = Histogram(
    "catalogue_batch_messages",
    "Messages a batch",
    ["topic"],
    buckets=(1, 5, 10, 50, 100, 250, 500, 1000, 2500),
)
BATCH_SECONDS = Histogram(
    "catalogue_batch_seconds",
    "From a batch's arrival to its commit, retries included",
    ["topic"],
    buckets=SECONDS,
)
RETRIES = Counter(
    "catalogue_retries", "Attempts that failed for a passing reason and were repeated", ["topic"]
)
REBALANCES = Counter("catalogue_rebalances", "Times that partitions were assigned to this worker", ["topic"])
LAG = Gauge("catalogue_consumer_lag", "Messages not yet committed", ["topic", "partition"])


def count_recorded(event: type[BaseModel], recorded: int, known: int) -> None:
    """Of `known` events `recorded` were new; the others had been recorded before."""
    EVENTS.labels(event.__name__, "recorded").inc(recorded)
    EVENTS.labels(event.__name__, "repeated").inc(known - recorded)
