"""The report's figures come from rows that were neither trained nor calibrated on."""

from pathlib import Path

import numpy as np
from catalogue_schema.sentiment import SENTIMENTS
from sentiment_training.calibrate import cross_fitted, fit, threshold
from sentiment_training.data import Row
from sentiment_training.report import write_reliability_plot, write_report
from sentiment_worker.classifiers.probabilities import to_classifications

RNG = np.random.default_rng(5)
DEV = [
    Row(f"text {n}", SENTIMENTS[n % 3], source, "dev")
    for n in range(60)
    for source in ("senti4sd", "crowdflower")
]
LEFT_OUT = [Row(f"text {n}", SENTIMENTS[n % 4], "huliu_products", "left out") for n in range(40)]


def logits_of(rows: list[Row], help_to_truth: float) -> np.ndarray:
    noise = RNG.normal(size=(len(rows), 4))
    truth = np.eye(4)[[SENTIMENTS.index(row.label) for row in rows]]
    return (noise + help_to_truth * truth).astype(np.float32)


def test_a_row_s_own_label_does_not_move_its_calibration() -> None:
    logits = logits_of(DEV, 1.0)
    flipped = [Row(DEV[1].text, "mixed", DEV[1].source, "dev"), *DEV[2:]]
    fitted = fit(logits, DEV)
    before, after = cross_fitted(logits, DEV, fitted), cross_fitted(logits, [DEV[0], *flipped], fitted)
    assert np.array_equal(before[1::2], after[1::2])


def test_rows_left_out_move_neither_calibration_nor_threshold() -> None:
    logits = logits_of(DEV, 1.0)
    both = np.vstack([logits, -100 * np.ones((len(LEFT_OUT), 4), np.float32)])
    alone, beside = fit(logits, DEV), fit(both, [*DEV, *LEFT_OUT])
    assert alone.slope == beside.slope
    assert np.array_equal(alone.shift, beside.shift)
    assert threshold(logits, DEV) == threshold(both, [*DEV, *LEFT_OUT])


def test_rows_held_back_and_rows_left_out_are_reported_apart(tmp_path: Path) -> None:
    rows = [*DEV, *LEFT_OUT]
    perfect = np.eye(4, dtype=np.float32)[[SENTIMENTS.index(row.label) for row in rows]]
    answers = {"fast": to_classifications(perfect)}
    write_report(tmp_path / "report.md", rows, rows, answers)
    write_reliability_plot(tmp_path / "plot.svg", rows, answers)
    report = (tmp_path / "report.md").read_text()
    assert "| senti4sd | 60 | 100.0 (100.0 to 100.0) | 100.0 | 100.0 | 100.0 |  |" in report
    assert (
        "dev: mean macro-F1 of the three-way sets 100.0; called mixed among three-way rows 0.00 %" in report
    )
    assert "left out: mean macro-F1 of the four-way sets 100.0; expected calibration error" in report
    assert (tmp_path / "plot.svg").read_text().count("<polyline") == 1
