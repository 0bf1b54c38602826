"""The figures of a training run, as Markdown and as a reliability plot."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray
from sentiment_worker.classifiers.base import Classification

from .calibrate import FOUR_WAY, THREE_WAY
from .data import Row, describe
from .metrics import expected_calibration_error, f1_by_class, interval, macro_f1, reliability

Answers = Mapping[str, Sequence[Classification]]
"""Each classifier's answers to the rows held back, from a calibration on other rows than the one answered."""

Names = NDArray[np.str_]
COLOURS = {"fast": "#0b6", "accurate": "#06c", "cascade": "#c60", "vader": "#888"}


def write_report(path: Path, rows: Sequence[Row], held_back: Sequence[Row], answers: Answers) -> None:
    parts = ["# Sentiment training report\n\nMade by `make train-sentiment`; read with sentiment.md.\n"]
    parts += [f"## Rows\n\n```\n{describe(rows)}\n```\n"]
    parts += [_section(name, held_back, given) for name, given in answers.items()]
    path.write_text("\n".join(parts), encoding="utf-8")


def _section(name: str, rows: Sequence[Row], answers: Sequence[Classification]) -> str:
    tables = []
    for part in dict.fromkeys(row.part for row in rows):
        chosen = [index for index, row in enumerate(rows) if row.part == part]
        tables.append(_table(part, [rows[index] for index in chosen], [answers[index] for index in chosen]))
    return "\n".join([f"## {name}\n", *tables])


def _table(part: str, rows: Sequence[Row], answers: Sequence[Classification]) -> str:
    sources = np.array([row.source for row in rows])
    labels, guesses = np.array([row.label for row in rows]), np.array([given.sentiment for given in answers])
    confidence = np.array([given.confidence for given in answers])
    lines = [f"| {part} | rows | macro-F1 (95 %) | {' | '.join(SENTIMENTS)} |", "|---|---|---|" + "---|" * 4]
    sets = ((source, sources == source) for source in dict.fromkeys(sources.tolist()))
    lines += [_line(source, labels[chosen], guesses[chosen]) for source, chosen in sets]
    error = expected_calibration_error(confidence, labels == guesses)
    summary = [*_means(sources, labels, guesses), f"expected calibration error over all rows {error:.3f}"]
    return "\n".join([*lines, f"\n{part}: {'; '.join(summary)}.\n"])


def _means(sources: Names, labels: Names, guesses: Names) -> Iterator[str]:
    for kind, group in (("four-way", FOUR_WAY), ("three-way", THREE_WAY)):
        found = [sources == source for source in group if source in sources]
        if found:
            mean = np.mean([macro_f1(labels[chosen], guesses[chosen]) for chosen in found])
            yield f"mean macro-F1 of the {kind} sets {mean:.1f}"
    three_way = np.isin(sources, THREE_WAY)
    if three_way.any():
        yield f"called mixed among three-way rows {100 * np.mean(guesses[three_way] == 'mixed'):.2f} %"


def _line(source: str, labels: Names, guesses: Names) -> str:
    by_class = f1_by_class(labels, guesses)
    low, high = interval(labels, guesses)
    cells = [f"{by_class[name]:.1f}" if name in by_class else "" for name in SENTIMENTS]
    score = f"{macro_f1(labels, guesses):.1f} ({low:.1f} to {high:.1f})"
    return f"| {source} | {len(labels)} | {score} | {' | '.join(cells)} |"


def write_reliability_plot(path: Path, rows: Sequence[Row], answers: Answers) -> None:
    """Share right over mean confidence, in ten bins, one line a classifier; on the diagonal is perfect."""
    labels = np.array([row.label for row in rows])
    curves = [
        _curve(name, labels, given, 40 + 16 * place) for place, (name, given) in enumerate(answers.items())
    ]
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 360" '
        'font-family="sans-serif" font-size="12">'
        '<rect width="360" height="360" fill="#fff"/><path d="M40 20V320H340" fill="none" stroke="#000"/>'
        '<path d="M40 320 340 20" stroke="#999" stroke-dasharray="4"/>'
        '<text x="150" y="350">mean confidence</text>'
        '<text x="14" y="210" transform="rotate(-90 14 210)">share right</text>'
        '<text x="34" y="334">0</text><text x="334" y="334">1</text><text x="28" y="26">1</text>'
        f"{''.join(curves)}</svg>\n",
        encoding="utf-8",
    )


def _curve(name: str, labels: Names, answers: Sequence[Classification], legend: int) -> str:
    right = labels == np.array([answer.sentiment for answer in answers])
    bins = reliability(np.array([answer.confidence for answer in answers]), right)
    points = [(round(40 + 300 * mean), round(320 - 300 * share)) for mean, share, _ in bins]
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in points)
    return (
        f'<g fill="{COLOURS[name]}" stroke="{COLOURS[name]}">'
        f'<polyline fill="none" points="{" ".join(f"{x},{y}" for x, y in points)}"/>{dots}'
        f'<text x="50" y="{legend}" stroke="none">{name}</text></g>'
    )
