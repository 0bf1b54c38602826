"""Quality and speed of every sentiment backend beside plain vaderSentiment, in one run on one core.

    make bench-sentiment                 # quality on the project's own labelled opinions
    make bench-sentiment DATA=<folder>   # also on the dev split of the training data (docs/sentiment.md)

Speed is in texts a second of one core's time, in batches of 256 texts of about 120 characters. Absolute
figures depend on the machine; compare those of one run.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

ONE_CORE = {min(os.sched_getaffinity(0))}
os.sched_setaffinity(0, ONE_CORE)  # before numpy and onnxruntime count the cores
os.environ["OPENBLAS_NUM_THREADS"] = "1"

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "services/sentiment-worker/training/src"))

from sentiment_training.data import DataError, Row, read_file, read_rows  # noqa: E402
from sentiment_training.metrics import macro_f1  # noqa: E402
from sentiment_worker.classifiers import Backend, Classifier, load_classifier  # noqa: E402
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: E402

OWN = ROOT / "tests/unit/sentiment_worker/ai_opinions.jsonl"
BATCH = 256
SECONDS = 3.0  # measured for each backend


def texts_of_typical_length(rows: Sequence[Row]) -> list[str]:
    """Neighbouring sentences joined to 120 characters, one batch of them."""
    joined = " ".join(row.text for _ in range(4) for row in rows)
    return [joined[start : start + 120] for start in range(0, len(joined), 97)][:BATCH]


def texts_a_second(work: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    work(texts)
    done, started = 0, time.process_time()
    while (spent := time.process_time() - started) < SECONDS:
        work(texts)
        done += len(texts)
    return done / spent


def plain_vader(texts: Sequence[str]) -> list[str]:
    """As most would use it: the compound score's sign, three-way."""
    scores = [analyzer.polarity_scores(text)["compound"] for text in texts]
    return ["neutral" if abs(score) < 0.05 else "positive" if score > 0 else "negative" for score in scores]


def labels(classifier: Classifier, texts: Sequence[str]) -> list[str]:
    return [answer.sentiment for answer in classifier.classify(texts)]


def long_text_cost(classifier: Classifier, texts: Sequence[str]) -> float:
    """How many average texts one of 10,000 characters costs."""
    long = [(" ".join(texts) * 2)[:10_000]] * 8
    return texts_a_second(classifier.classify, texts) / texts_a_second(classifier.classify, long)


def print_quality(rows: Sequence[Row], answer: Callable[[Sequence[str]], list[str]]) -> None:
    for source in dict.fromkeys(row.source for row in rows):
        chosen = [row for row in rows if row.source == source]
        score = macro_f1([row.label for row in chosen], answer([row.text for row in chosen]))
        print(f"    {source:20} {len(chosen):5} rows   macro-F1 {score:5.1f}")


def main(data: Path | None) -> None:
    own = list(read_file(OWN))
    rows = own + ([row for row in read_rows(data) if row.part == "dev"] if data else [])
    texts = texts_of_typical_length(own)
    baseline = texts_a_second(plain_vader, texts)
    print(f"vaderSentiment, three-way: {baseline:,.0f} texts/s")
    print_quality(rows, plain_vader)
    backends: tuple[Backend, ...] = get_args(Backend)
    for backend in backends:
        started = time.process_time()
        classifier = load_classifier(backend)
        loading = time.process_time() - started
        speed = texts_a_second(classifier.classify, texts)
        print(
            f"{classifier.name}: {speed:,.0f} texts/s ({speed / baseline:.2f} of vaderSentiment), "
            f"loads in {loading:.2f} s, 10,000 characters cost {long_text_cost(classifier, texts):.0f} texts"
        )
        print_quality(rows, lambda asked, by=classifier: labels(by, asked))  # type: ignore[misc]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of the labelled texts")
    analyzer = SentimentIntensityAnalyzer()
    try:
        main(parser.parse_args().data)
    except DataError as error:
        sys.exit(f"bench-sentiment: {error}")
