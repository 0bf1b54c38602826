"""Turns a model's logits into probabilities that mean what they say, and into well-balanced labels."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray
from sentiment_worker.classifiers.probabilities import Calibration

from .data import Row
from .metrics import macro_f1

Floats = NDArray[np.float32]

THREE_WAY = ("crowdflower", "senti4sd", "vader_groundtruth")
FOUR_WAY = ("ai_opinions_dev", "huliu_products", "mams_restaurants")
MOST_MIXED = 0.015
"""Share of three-way rows that may be called mixed: below the 2 % that is promised, for what is unseen."""

ASKED = 0.2
"""Share of texts that the cascade hands on; the accurate classifier is all of its cost."""

_STEPS = np.arange(-0.6, 0.61, 0.2)
_COST = 1.0  # points of macro-F1 that a mean shift of 1 must bring, so that no small set decides

_SLOPES = np.arange(0.4, 2.01, 0.05)
_NAMES = np.array(SENTIMENTS)


def fit(logits: Floats, rows: Sequence[Row]) -> Calibration:
    """Shifts for the best mean macro-F1 over the sets, then the slope with the least log loss."""
    truth = np.array([SENTIMENTS.index(row.label) for row in rows])
    groups = [np.array([row.source == source for row in rows]) for source in (*FOUR_WAY, *THREE_WAY)]
    choices = product(_STEPS, _STEPS, _STEPS[_STEPS > -0.1])  # few rows are mixed by nature: never fewer
    shifts = [np.array([0, *steps], np.float32) for steps in choices]
    shift = max(
        shifts,
        key=lambda shift: (
            _score((logits + shift).argmax(axis=1), truth, groups)
            - _COST * float(np.abs(shift - shift.mean()).mean())
        ),
    )
    slope = min(_SLOPES, key=lambda slope: _log_loss(Calibration(slope, shift * slope), logits, truth))
    return Calibration(float(slope), (shift * slope).astype(np.float32))


def cross_fitted(logits: Floats, rows: Sequence[Row]) -> Floats:
    """Probabilities of each half of the rows, calibrated on the other half."""
    found = np.zeros_like(logits)
    for half in (0, 1):
        inside = np.arange(len(rows)) % 2 == half
        calibration = fit(logits[~inside], [row for row, held in zip(rows, inside, strict=True) if not held])
        found[inside] = calibration.probabilities(logits[inside])
    return found


def threshold(shares: Floats) -> float:
    """The confidence below which the cascade asks: that of the least sure ASKED of the rows."""
    return round(float(np.quantile(shares.max(axis=1), ASKED)), 3)


def _score(best: NDArray[np.intp], truth: NDArray[np.intp], groups: Sequence[NDArray[np.bool_]]) -> float:
    """The mean over all sets, each counting alike; nothing where too many three-way rows are mixed."""
    three_way = np.logical_or.reduce(groups[len(FOUR_WAY) :])
    if np.mean(best[three_way] == SENTIMENTS.index("mixed")) > MOST_MIXED:
        return 0.0
    return float(np.mean([macro_f1(_NAMES[truth[group]], _NAMES[best[group]]) for group in groups]))


def _log_loss(calibration: Calibration, logits: Floats, truth: NDArray[np.intp]) -> float:
    shares = calibration.probabilities(logits)
    return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-9).mean())
