"""Macro-F1 with bootstrap intervals, and calibration error."""

from collections.abc import Sequence

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray

Labels = Sequence[str] | NDArray[np.str_]
BINS = 10


def f1_by_class(labels: Labels, predicted: Labels) -> dict[str, float]:
    """In percent, for the classes that occur among the labels."""
    truth, guess = np.asarray(labels), np.asarray(predicted)
    found: dict[str, float] = {}
    for name in SENTIMENTS:
        is_name, says_name = truth == name, guess == name
        if is_name.any():
            found[name] = 200 * float((is_name & says_name).sum() / (is_name.sum() + says_name.sum()))
    return found


def macro_f1(labels: Labels, predicted: Labels) -> float:
    """In percent: the mean over the classes that occur among the labels."""
    return float(np.mean(list(f1_by_class(labels, predicted).values())))


def interval(labels: Labels, predicted: Labels, seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of macro-F1, from 500 resamples."""
    rng = np.random.default_rng(seed)
    truth, guess = np.asarray(labels), np.asarray(predicted)
    draws = (rng.integers(0, len(truth), len(truth)) for _ in range(500))
    scores = [macro_f1(truth[draw], guess[draw]) for draw in draws]
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def reliability(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and count of each of ten equal bins that is not empty."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[bins == b].mean()), float(right[bins == b].mean()), int((bins == b).sum()))
        for b in range(BINS)
        if (bins == b).any()
    ]


def expected_calibration_error(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """Naeini et al. 2015, with ten equal bins."""
    return sum(abs(mean - share) * n for mean, share, n in reliability(confidence, right)) / len(right)
