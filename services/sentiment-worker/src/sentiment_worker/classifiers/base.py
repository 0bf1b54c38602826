"""What every sentiment classifier is: texts in, one calibrated answer a text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from catalogue_schema.sentiment import Sentiment

Backend = Literal["fast", "accurate", "cascade", "vader"]


class ClassifierUnavailableError(Exception):
    """The classifier asked for cannot be loaded; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Classification:
    """One answer: confidence is the probability of `sentiment`, and the four probabilities sum to 1."""

    sentiment: Sentiment
    confidence: float
    probabilities: Mapping[Sentiment, float]


class Classifier(Protocol):
    """Thread-safe and synchronous; runs on the CPU and needs no network."""

    @property
    def name(self) -> str:
        """Name and version, stored with every row that it classified; at most 100 characters."""
        ...

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        """One answer a text, in the order of the texts. Raises for no text, however odd."""
        ...


NOTHING_TO_JUDGE = Classification(
    "neutral", 0.4, {"positive": 0.2, "negative": 0.2, "neutral": 0.4, "mixed": 0.2}
)
"""The answer to a text without a word or emoji that could be read: neutral, of low confidence."""
