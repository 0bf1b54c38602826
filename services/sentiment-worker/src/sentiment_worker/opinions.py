"""Classifying submitted opinions."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from catalogue_messaging.envelope import of_message
from catalogue_messaging.failures import Failure, Received
from catalogue_messaging.publisher import EventPublisher
from catalogue_runtime.metrics import SECONDS, Outcome, count_events
from catalogue_schema.events import OpinionClassified, OpinionSubmitted
from catalogue_schema.topics import OPINIONS_CLASSIFIED
from prometheus_client import Counter as Count
from prometheus_client import Histogram

from sentiment_worker.classifiers import Classification, Classifier

CLASSIFY_SECONDS = Histogram("catalogue_sentiment_seconds", "Classifying one batch", buckets=SECONDS)
LABELS = Count("catalogue_sentiment_labels", "Opinions by the sentiment found", ["classifier", "sentiment"])
CONFIDENCE = Histogram(
    "catalogue_sentiment_confidence", "Confidence of each answer", buckets=[n / 10 for n in range(3, 11)]
)


async def classify_opinions(
    classifier: Classifier, publisher: EventPublisher, batch: Sequence[Received[OpinionSubmitted]]
) -> list[Failure]:
    """Publish each opinion with its sentiment; one that came with a sentiment keeps it.

    Returns once Kafka has acknowledged them all. Raises PublishError when it does not.
    """
    texts = [received.event.content for received in batch if received.event.sentiment is None]
    # In a thread: the loop goes on with heartbeats, so that a slow classifier costs no group membership.
    answers = iter(await asyncio.to_thread(_classify, classifier, texts))
    await publisher.publish_messages(
        OPINIONS_CLASSIFIED,
        [
            publisher.message(
                OPINIONS_CLASSIFIED,
                _classified(received.event, classifier, answers),
                of_message(received.record.headers),
            )
            for received in batch
        ],
    )
    count_events(OpinionSubmitted, Outcome.CLASSIFIED, len(texts))
    count_events(OpinionSubmitted, Outcome.KEPT, len(batch) - len(texts))
    return []


def _classify(classifier: Classifier, texts: Sequence[str]) -> list[Classification]:
    started = time.perf_counter()
    answers = classifier.classify(texts)
    CLASSIFY_SECONDS.observe(time.perf_counter() - started)
    for sentiment, count in Counter(answer.sentiment for answer in answers).items():
        LABELS.labels(classifier.name, sentiment).inc(count)
    for answer in answers:
        CONFIDENCE.observe(answer.confidence)
    return answers


def _classified(
    opinion: OpinionSubmitted, classifier: Classifier, answers: Iterator[Classification]
) -> OpinionClassified:
    submitted = {**dict(opinion), **(opinion.model_extra or {})}
    if opinion.sentiment is not None:
        return OpinionClassified.model_validate(submitted, extra="allow")
    answer = next(answers)
    found = {
        "sentiment": answer.sentiment,
        "sentiment_confidence": answer.confidence,
        "sentiment_probabilities": answer.probabilities,
        "classifier": classifier.name,
    }
    return OpinionClassified.model_validate(submitted | found, extra="allow")
