"""What every sentiment classifier is: texts in, one calibrated answer a text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, Protocol

from catalogue_schema.sentiment import Sentiment

Backend = Literal["fast", "accurate", "cascade", "vader"]


class ClassifierUnavailableError(Exception):
    """The classifier asked for cannot be loaded; the message says what to do about it."""


def library(name: str, extra: str) -> Any:
    """Import a module that an extra brings. Raises ClassifierUnavailableError where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ClassifierUnavailableError(f"this classifier needs {name}: {how_to_install(extra)}") from error


def how_to_install(extra: str) -> str:
    return (
        f"install the extra with `pip install 'sentiment-worker[{extra}]'` (a container's image with "
        f"SENTIMENT_EXTRA={extra}), or choose SENTIMENT_BACKEND=fast"
    )


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
