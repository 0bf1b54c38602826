"""Reads the folder of labelled texts and splits it into training and dev rows."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

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


Part = Literal["train", "dev", "left out"]
"""dev: held back of a source that is trained on. left out: of a source that is not trained on at all."""


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    label: Sentiment
    source: str
    part: Part


def read_rows(folder: Path, left_out: Collection[str] = ()) -> list[Row]:
    """All rows of all sources, cleaned as the classifiers clean them. Raises DataError."""
    if unknown := sorted(set(left_out) - set(SOURCES)):
        raise DataError(f"no source is named {', '.join(unknown)}; there are {', '.join(SOURCES)}")
    missing = [name for name in SOURCES if not (folder / f"{name}.jsonl").is_file()]
    if missing:
        raise DataError(
            f"{folder} lacks {', '.join(f'{name}.jsonl' for name in missing)}: see docs/sentiment.md"
        )
    rows = (row for name in SOURCES for row in read_file(folder / f"{name}.jsonl"))
    return [replace(row, part="left out") if row.source in left_out else row for row in rows]


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
    return Row(text, cast("Sentiment", label), path.stem, _part(path.stem, text, fields.get("product")))


def _part(source: str, text: str, product: str | None) -> Part:
    """By a hash of the text, so that a row stays on its side whatever else the folder holds."""
    if source == "huliu_products":
        return "dev" if product in DEV_PRODUCTS else "train"
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 100
    return "dev" if bucket < DEV_PERCENT.get(source, 0) else "train"


def describe(rows: Iterable[Row]) -> str:
    """One line a source and part: rows of each label."""
    counts = Counter((row.source, row.part, row.label) for row in rows)
    parts = sorted({(source, part) for source, part, _ in counts})
    return "\n".join(
        f"{source:20} {part:8} " + " ".join(f"{name} {counts[source, part, name]:5}" for name in SENTIMENTS)
        for source, part in parts
    )
