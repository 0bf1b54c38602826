"""The figures of a training run, as Markdown and as a reliability plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray

from .calibrate import FOUR_WAY, THREE_WAY
from .data import Row, describe
from .metrics import expected_calibration_error, f1_by_class, interval, macro_f1, reliability

Floats = NDArray[np.float32]
_NAMES = np.array(SENTIMENTS)


def write_report(path: Path, rows: Sequence[Row], dev: Sequence[Row], answers: Mapping[str, Floats]) -> None:
    """`answers`: each classifier's probabilities for the dev rows, calibrated on rows other than theirs."""
    parts = ["# Sentiment training report\n\nMade by `make train-sentiment`; read with sentiment.md.\n"]
    parts += [f"## Rows\n\n```\n{describe(rows)}\n```\n"]
    parts += [_section(name, dev, shares) for name, shares in answers.items()]
    path.write_text("\n".join(parts), encoding="utf-8")


def _section(name: str, dev: Sequence[Row], shares: Floats) -> str:
    labels, guesses = np.array([row.label for row in dev]), _NAMES[shares.argmax(axis=1)]
    sources = np.array([row.source for row in dev])
    lines = [
        f"## {name}\n",
        f"| dev set | rows | macro-F1 (95 %) | {' | '.join(SENTIMENTS)} |",
        "|---|---|---|" + "---|" * 4,
    ]
    for source in dict.fromkeys(sources.tolist()):
        chosen = sources == source
        lines.append(_line(source, labels[chosen], guesses[chosen]))
    three = np.isin(sources, THREE_WAY)
    error = expected_calibration_error(shares.max(axis=1), labels == guesses)
    means = [
        np.mean([macro_f1(labels[sources == source], guesses[sources == source]) for source in group])
        for group in (FOUR_WAY, THREE_WAY)
    ]
    lines += [
        f"\nMean of the four-way sets {means[0]:.1f}, of the three-way sets {means[1]:.1f}. "
        f"Called mixed among three-way rows: {100 * (guesses[three] == 'mixed').mean():.2f} %. "
        f"Expected calibration error over all rows: {error:.3f}.\n"
    ]
    return "\n".join(lines)


def _line(source: str, labels: NDArray[np.str_], guesses: NDArray[np.str_]) -> str:
    by_class = f1_by_class(labels, guesses)
    low, high = interval(labels, guesses)
    cells = [f"{by_class[name]:.1f}" if name in by_class else "" for name in SENTIMENTS]
    score = f"{macro_f1(labels, guesses):.1f} ({low:.1f} to {high:.1f})"
    return f"| {source} | {len(labels)} | {score} | {' | '.join(cells)} |"


def write_reliability_plot(path: Path, dev: Sequence[Row], answers: Mapping[str, Floats]) -> None:
    """Share right over mean confidence, in ten bins, one line a classifier; on the diagonal is perfect."""
    labels = np.array([row.label for row in dev])
    drawn = []
    for place, ((name, shares), colour) in enumerate(
        zip(answers.items(), ("#0b6", "#06c", "#c60"), strict=False)
    ):
        bins = reliability(shares.max(axis=1), labels == _NAMES[shares.argmax(axis=1)])
        points = " ".join(f"{40 + 300 * mean:.0f},{320 - 300 * share:.0f}" for mean, share, _ in bins)
        dots = "".join(
            f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3"/>' for p in points.split()
        )
        drawn.append(
            f'<g fill="{colour}" stroke="{colour}"><polyline fill="none" points="{points}"/>{dots}'
            f'<text x="50" y="{40 + 16 * place}" stroke="none">{name}</text></g>'
        )
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 360" '
        'font-family="sans-serif" font-size="12">'
        '<rect width="360" height="360" fill="#fff"/><path d="M40 20V320H340" fill="none" stroke="#000"/>'
        '<path d="M40 320 340 20" stroke="#999" stroke-dasharray="4"/>'
        '<text x="150" y="350">mean confidence</text>'
        '<text x="14" y="210" transform="rotate(-90 14 210)">share right</text>'
        '<text x="34" y="334">0</text><text x="334" y="334">1</text><text x="28" y="26">1</text>'
        f"{''.join(drawn)}</svg>\n",
        encoding="utf-8",
    )
