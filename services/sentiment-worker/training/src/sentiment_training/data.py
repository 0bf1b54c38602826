"""Reads the folder of labelled texts and splits it into training and dev rows."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from catalogue_schema.sentiment import SENTIMENTS, Sentiment
from sentiment_worker.classifiers.clean import clean

DEV_PERCENT = {
    "ai_opinions_dev": 100,
    "crowdflower": 10,
    "mams_restaurants": 15,
    "senti4sd": 15,
    "uci_sentences": 15,
    "vader_groundtruth": 8,
}
"""Share of each source held back. pros_cons and synthetic_mixed share clauses, so neither is a dev set."""

DEV_PRODUCTS = ("Diaper_Champ", "Nikon_coolpix_4300")
"""huliu_products is held back by product, since its sentences of one product resemble each other."""

SOURCES = (*DEV_PERCENT, "huliu_products", "pros_cons", "synthetic_mixed")


class DataError(Exception):
    """The data folder is missing or malformed; the message says where and how to put it right."""


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    label: Sentiment
    source: str
    is_dev: bool


def read_rows(folder: Path) -> list[Row]:
    """All rows of all sources, cleaned as the classifiers clean them. Raises DataError."""
    missing = [name for name in SOURCES if not (folder / f"{name}.jsonl").is_file()]
    if missing:
        raise DataError(
            f"{folder} lacks {', '.join(f'{name}.jsonl' for name in missing)}: see docs/sentiment.md"
        )
    return [row for name in SOURCES for row in read_file(folder / f"{name}.jsonl")]


def read_file(path: Path) -> Iterable[Row]:
    """The rows of one file of JSON lines. Raises DataError with file and line for one that is wrong."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            yield _row(line, path, number)


def _row(line: str, path: Path, number: int) -> Row:
    wanted = f'{{"text": "…", "label": one of {", ".join(SENTIMENTS)}}}'
    try:
        fields = json.loads(line)
        text, label = clean(fields["text"]), fields["label"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}, line {number} is not a JSON object like {wanted}: {error!r}") from error
    if label not in SENTIMENTS or not text:
        raise DataError(f"{path}, line {number}: label {label!r} or an empty text; wanted {wanted}")
    return Row(text, cast("Sentiment", label), path.stem, _is_dev(path.stem, text, fields.get("product")))


def _is_dev(source: str, text: str, product: str | None) -> bool:
    """By a hash of the text, so that a row stays on its side whatever else the folder holds."""
    if source == "huliu_products":
        return product in DEV_PRODUCTS
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 100
    return bucket < DEV_PERCENT.get(source, 0)


def describe(rows: Iterable[Row]) -> str:
    """One line a source: rows of each label, training and dev."""
    counts = Counter((row.source, "dev" if row.is_dev else "train", row.label) for row in rows)
    parts = sorted({(source, part) for source, part, _ in counts})
    return "\n".join(
        f"{source:20} {part:5} " + " ".join(f"{name} {counts[source, part, name]:5}" for name in SENTIMENTS)
        for source, part in parts
    )
