"""What every backend promises, whatever stands behind it."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from catalogue_schema.sentiment import SENTIMENTS
from hypothesis import given, settings
from hypothesis import strategies as st
from sentiment_worker.classifiers import Backend, ClassifierUnavailableError, load_classifier
from sentiment_worker.classifiers.accurate import AccurateClassifier
from sentiment_worker.classifiers.base import NOTHING_TO_JUDGE
from sentiment_worker.classifiers.clean import MAX_CHARACTERS, clean
from sentiment_worker.classifiers.fast import FastClassifier

BACKENDS: tuple[Backend, ...] = get_args(Backend)
every_backend = pytest.mark.parametrize("backend", BACKENDS)
loaded = cache(load_classifier)

NOTHING = [
    "",
    " \n\t",
    "https://example.org/a?b=c",
    "@someone",
    "<br/><p></p>",
    "12345",
    "?!... --",
    "これは良い",
    "отлично",
]


@every_backend
def test_answers_come_one_a_text_in_order(backend: Backend) -> None:
    texts = ["I love this model.", "", "I hate this model.", "I love this model."]
    first, empty, third, again = loaded(backend).classify(texts)
    assert (first.sentiment, empty, third.sentiment) == ("positive", NOTHING_TO_JUDGE, "negative")
    assert again.probabilities == pytest.approx(first.probabilities, abs=1e-3)


@every_backend
def test_no_texts_no_answers(backend: Backend) -> None:
    assert loaded(backend).classify([]) == []


@every_backend
def test_the_name_fits_its_column_and_carries_the_backend_and_a_version(backend: Backend) -> None:
    name = loaded(backend).name
    assert name.startswith(f"{backend}-")
    assert name[-1].isdigit()
    assert len(name) <= 100


@every_backend
@pytest.mark.parametrize("text", NOTHING)
def test_a_text_with_nothing_to_judge_is_neutral_with_low_confidence(backend: Backend, text: str) -> None:
    assert loaded(backend).classify([text]) == [NOTHING_TO_JUDGE]


@every_backend
@settings(max_examples=60)
@given(texts=st.lists(st.text(max_size=300) | st.text("aA!😀é <>&#;@:/", max_size=3_000), max_size=6))
def test_no_text_raises_and_every_answer_is_a_distribution(backend: Backend, texts: list[str]) -> None:
    answers = loaded(backend).classify(texts)
    assert len(answers) == len(texts)
    for answer in answers:
        assert set(answer.probabilities) == set(SENTIMENTS)
        assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-4)
        assert min(answer.probabilities.values()) >= 0
        assert answer.confidence == answer.probabilities[answer.sentiment]


@every_backend
def test_markup_links_and_mentions_do_not_change_the_answer(backend: Backend) -> None:
    # Each alone: on some processors a matrix product rounds a row by its place in the batch.
    plain = loaded(backend).classify(["@user The new model is awful & slow http"])
    dressed = loaded(backend).classify([
        "@bob <p>The new   model is <b>awful</b> &amp; slow</p> https://example.org/x"
    ])  # fmt: skip
    assert dressed == plain


@every_backend
def test_threads_share_a_classifier(backend: Backend) -> None:
    classifier = loaded(backend)
    texts = [f"Version {number} is {word}." for number in range(20) for word in ("great", "broken")]
    alone = [answer.sentiment for answer in classifier.classify(texts)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(classifier.classify, [texts] * 8))
    assert [[answer.sentiment for answer in answers] for answers in together] == [alone] * 8


@pytest.mark.parametrize("text", ["x" * 10_000, "so " * 3_333, "<p>" * 3_333, "😀" * 10_000, "&lt;b" * 2_000])
def test_only_the_ends_of_a_long_text_are_read_so_that_its_cost_is_bounded(text: str) -> None:
    assert len(clean(text)) <= MAX_CHARACTERS + 1
    (alone,), (_, beside) = loaded("fast").classify(["fine"]), loaded("fast").classify([text, "fine"])
    assert beside.probabilities == pytest.approx(alone.probabilities, abs=1e-4)


def test_an_unknown_backend_is_refused_with_the_choice_of_those_there_are() -> None:
    with pytest.raises(
        ClassifierUnavailableError, match="SENTIMENT_BACKEND to one of fast, accurate, cascade, vader"
    ):
        load_classifier("bert")  # type: ignore[arg-type]


def test_a_missing_weight_file_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ClassifierUnavailableError, match=r"fast\.npz is missing: .*train-sentiment"):
        FastClassifier(tmp_path / "fast.npz")
    with pytest.raises(ClassifierUnavailableError, match=r"model\.json is missing: install the extra"):
        AccurateClassifier(tmp_path)


@pytest.mark.parametrize(
    ("backend", "library"), [("accurate", "onnxruntime"), ("vader", "vaderSentiment.vaderSentiment")]
)
def test_a_missing_library_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, backend: Backend, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(
        ClassifierUnavailableError, match=rf"needs {library}: .*sentiment-worker\[{backend}\]"
    ):
        load_classifier(backend)


def test_the_cascade_asks_the_accurate_classifier_only_where_the_fast_one_is_unsure() -> None:
    fast, accurate, cascade = FastClassifier(), AccurateClassifier(), loaded("cascade")
    lines = (Path(__file__).parent / "ai_opinions.jsonl").read_text().splitlines()[::8]
    texts = [json.loads(line)["text"] for line in lines]
    expected = fast.classify(texts)
    unsure = [index for index, answer in enumerate(expected) if answer.confidence < accurate.ask_below]
    assert 0 < len(unsure) < len(texts)
    for index, answer in zip(unsure, accurate.classify([texts[index] for index in unsure]), strict=True):
        expected[index] = answer
    assert cascade.classify(texts) == expected
