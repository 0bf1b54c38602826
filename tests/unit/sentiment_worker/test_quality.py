"""The figures on the project's own labelled opinions: a broken classifier fails here.

The sentences of ai_opinions.jsonl were written for this test and are never trained on.
"""

import json
from pathlib import Path

import pytest
from sentiment_training.metrics import macro_f1
from sentiment_worker.classifiers import Backend, load_classifier

OPINIONS = [
    json.loads(line) for line in (Path(__file__).parent / "ai_opinions.jsonl").read_text().splitlines()
]
LABELS = [opinion["label"] for opinion in OPINIONS]


def predict(backend: Backend) -> list[str]:
    answers = load_classifier(backend).classify([opinion["text"] for opinion in OPINIONS])
    return [answer.sentiment for answer in answers]


@pytest.mark.parametrize(("backend", "at_least"), [("fast", 53), ("accurate", 63), ("cascade", 60)])
def test_quality_on_opinions_about_models_holds(backend: Backend, at_least: float) -> None:
    assert macro_f1(LABELS, predict(backend)) >= at_least


def test_the_default_is_better_than_vader() -> None:
    assert macro_f1(LABELS, predict("fast")) >= macro_f1(LABELS, predict("vader")) + 3
