"""What every service counts of Kafka, for Prometheus."""

from catalogue_runtime.metrics import SECONDS
from prometheus_client import Counter, Gauge, Histogram

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
