"""The default backend: a small convolutional network over word vectors, in numpy alone."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from .base import NOTHING_TO_JUDGE, Classification, ClassifierUnavailableError
from .clean import clean
from .network import Network
from .probabilities import Calibration, Floats, to_classifications
from .vocabulary import Vocabulary

WEIGHTS = files("sentiment_worker") / "classifiers" / "weights" / "fast.npz"
MAX_WORDS = 256  # read of a text; beyond it more words change no answer and cost time
_CHUNK = 128  # texts; keeps the network's working memory within a core's cache


class FastClassifier:
    def __init__(self, weights: Traversable | Path = WEIGHTS) -> None:
        if not weights.is_file():
            raise ClassifierUnavailableError(
                f"{weights} is missing: reinstall sentiment-worker, or `make train-sentiment DATA=<folder>`"
            )
        with weights.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            stored = dict(arrays)
        words = bytes(stored.pop("words")).decode().split("\n")
        self.name = f"fast-{stored.pop('version')}"
        self._vocabulary = Vocabulary(words)
        self._first_meaning = int(stored.pop("marks"))
        self._calibration = Calibration(float(stored.pop("slope")), stored.pop("shift"))
        self._network = Network(stored)

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        return [
            answer
            for start in range(0, len(texts), _CHUNK)
            for answer in self._chunk(texts[start : start + _CHUNK])
        ]

    def probabilities(self, encoded: Sequence[Sequence[int]]) -> Floats:
        """[texts, 4] for texts as ids of words, none of them empty."""
        return self._calibration.probabilities(self._network.logits(encoded))

    def _chunk(self, texts: Sequence[str]) -> Iterator[Classification]:
        encoded = [self._vocabulary.encode(clean(text))[:MAX_WORDS] for text in texts]
        # Ids below the first meaning are punctuation, single letters, numbers and placeholders.
        readable = [ids for ids in encoded if ids and max(ids) >= self._first_meaning]
        answers = iter(to_classifications(self.probabilities(readable)) if readable else ())
        for ids in encoded:
            yield next(answers) if ids and max(ids) >= self._first_meaning else NOTHING_TO_JUDGE
