"""From a network's raw outputs to calibrated answers."""

from dataclasses import dataclass

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray

from .base import Classification

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Vector scaling (Guo et al. 2017, arXiv:1706.04599): one slope, one shift a sentiment."""

    slope: float
    shift: Floats

    def probabilities(self, logits: Floats) -> Floats:
        """[texts, 4], each row summing to 1, columns as in SENTIMENTS."""
        scaled = logits * np.float32(self.slope) + self.shift
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        shares: Floats = powers / powers.sum(axis=1, keepdims=True)
        return shares


def to_classifications(probabilities: Floats) -> list[Classification]:
    """The most probable sentiment of each row."""
    best = probabilities.argmax(axis=1).tolist()
    return [
        Classification(SENTIMENTS[index], row[index], dict(zip(SENTIMENTS, row, strict=True)))
        for index, row in zip(best, probabilities.astype(float).tolist(), strict=True)
    ]
