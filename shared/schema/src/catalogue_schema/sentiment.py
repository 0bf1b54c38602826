"""The four sentiments that an opinion can have."""

from typing import Literal, get_args

Sentiment = Literal["positive", "negative", "neutral", "mixed"]
SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
