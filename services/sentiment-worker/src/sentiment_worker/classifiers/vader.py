"""The baseline that most would reach for: vaderSentiment's rules and lexicon."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from catalogue_schema.sentiment import Sentiment

from .base import NOTHING_TO_JUDGE, Classification, library
from .clean import clean, has_words

# How often each label was right where a rule had fired, on the training data of the model card
# (docs/sentiment.md), four-way and with add-one smoothing. VADER itself gives no probabilities.
_RIGHT_GIVEN_RULE: Mapping[Sentiment, Mapping[Sentiment, float]] = {
    "positive": {"positive": 0.67, "negative": 0.15, "neutral": 0.16, "mixed": 0.02},
    "negative": {"positive": 0.12, "negative": 0.71, "neutral": 0.16, "mixed": 0.01},
    "neutral": {"positive": 0.27, "negative": 0.31, "neutral": 0.41, "mixed": 0.01},
    "mixed": {"positive": 0.38, "negative": 0.47, "neutral": 0.12, "mixed": 0.03},
}
_CLEAR_SHARE = 0.1  # both shares at or above it: mixed
_CLEAR_COMPOUND = 0.05  # VADER's own threshold


class VaderClassifier:
    def __init__(self) -> None:
        self._analyzer = library("vaderSentiment.vaderSentiment", "vader").SentimentIntensityAnalyzer()
        self.name = f"vader-{version('vaderSentiment')}"

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        return [self._classify_one(clean(text)) for text in texts]

    def _classify_one(self, text: str) -> Classification:
        scores = self._analyzer.polarity_scores(text)
        if scores["pos"] == scores["neg"] == 0 and not has_words(text):
            return NOTHING_TO_JUDGE
        sentiment = _rule(scores)
        probabilities = _RIGHT_GIVEN_RULE[sentiment]
        return Classification(sentiment, probabilities[sentiment], probabilities)


def _rule(scores: Mapping[str, float]) -> Sentiment:
    if min(scores["pos"], scores["neg"]) >= _CLEAR_SHARE:
        return "mixed"
    if abs(scores["compound"]) < _CLEAR_COMPOUND:
        return "neutral"
    return "positive" if scores["compound"] > 0 else "negative"
