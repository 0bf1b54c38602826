"""What the models learn from: which rows, how often, and how much each counts."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray

from .accurate import Example
from .compose import opinions, pairs
from .data import Row, read_file

OWN = Path(__file__).parents[2] / "data"
"""Sentences written for this project, to be trained on: opinions about AI models, and of reviews."""

SHARE_KEPT = {"pros_cons": 0.5, "synthetic_mixed": 0.5}
WEIGHT = {"pros_cons": 0.5, "synthetic_mixed": 0.5, "own": 2.0, "composed": 0.5, "pairs": 0.4}
TEACHER_SHARE = np.float32(0.6)  # of a labelled text's target for the fast model; the rest is its label
RARE = {
    ("huliu_products", "neutral"): 3.0,
    ("huliu_products", "mixed"): 3.0,
    ("mams_restaurants", "mixed"): 1.5,
}
REVIEWS = ("huliu_products", "mams_restaurants", "uci_sentences")

# In each of its passes the accurate model sees another part of the largest sources.
SHARE_FINE_TUNED = {
    ("crowdflower", "neutral"): 0.48,
    ("vader_groundtruth", "positive"): 0.42,
    ("vader_groundtruth", "negative"): 0.43,
    **{("pros_cons", label): 0.35 for label in SENTIMENTS},
    **{("synthetic_mixed", label): 0.5 for label in SENTIMENTS},
    **{("composed", label): 0.6 for label in SENTIMENTS},
    **{("pairs", label): 0.5 for label in SENTIMENTS},
}


def training_rows(rows: Sequence[Row], seed: int) -> list[Row]:
    """The rows to be trained on, the project's own sentences, and made ones."""
    rng = random.Random(seed)  # noqa: S311  # reproducible, not secret
    train = [row for row in rows if row.part == "train"]
    own = [
        Row(row.text, row.label, "own", "train")
        for file in sorted(OWN.glob("*.jsonl"))
        for row in read_file(file)
    ]
    made = [Row(text, label, "composed", "train") for text, label in opinions(2000, seed)]
    reviews = [row for row in train if row.source in REVIEWS]
    made += [Row(text, label, "pairs", "train") for text, label in pairs(reviews, 3000, seed)]
    return [row for row in train if rng.random() < SHARE_KEPT.get(row.source, 1)] + own + made


def fine_tuning_rows(rows: Sequence[Row], seed: int) -> list[Row]:
    rng = random.Random(seed)  # noqa: S311  # reproducible, not secret
    return [row for row in rows if rng.random() < SHARE_FINE_TUNED.get((row.source, row.label), 1)]


def labelled(rows: Sequence[Row]) -> list[Example]:
    one_hot = np.eye(len(SENTIMENTS), dtype=np.float32)
    return [Example(row.text, one_hot[SENTIMENTS.index(row.label)], _weight(row)) for row in rows]


def softened(examples: Sequence[Example], answers: NDArray[np.float32]) -> list[Example]:
    """Examples whose targets lie between their labels and the accurate model's answers (Hinton et al. 2015,
    arXiv:1503.02531): its doubts teach more of a text than the label alone.
    """
    return [
        replace(example, target=TEACHER_SHARE * answer + (1 - TEACHER_SHARE) * example.target)
        for example, answer in zip(examples, answers, strict=True)
    ]


def distilled(texts: Sequence[str], answers: NDArray[np.float32]) -> list[Example]:
    """Texts without label: their target is the accurate model's answer."""
    return [Example(text, answer) for text, answer in zip(texts, answers, strict=True)]


def _weight(row: Row) -> float:
    return RARE.get((row.source, row.label), WEIGHT.get(row.source, 1.0))
