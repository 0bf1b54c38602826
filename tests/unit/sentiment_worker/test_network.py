"""The fast classifier's parts against plain reckoning."""

import numpy as np
import pytest
from sentiment_worker.classifiers.network import Network
from sentiment_worker.classifiers.probabilities import Calibration, to_classifications
from sentiment_worker.classifiers.vocabulary import Vocabulary

WORDS = 9
WIDTH = 4
SHAPES = {
    "convolution1": (3, 5, WIDTH), "convolution1_bias": (WIDTH,),
    "convolution2": (3, WIDTH, WIDTH), "convolution2_bias": (WIDTH,),
    "dense1": (2 * WIDTH, 6), "dense1_bias": (6,), "dense2": (6, 4), "dense2_bias": (4,),
}  # fmt: skip


def random_weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}
    vectors = rng.integers(-127, 128, (WORDS, 5), dtype=np.int8)
    return {**weights, "vectors": vectors, "vector_scale": np.full(WORDS, 0.02, np.float32)}


def plain_logits(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    def convolve(rows: np.ndarray, name: str) -> np.ndarray:
        padded = np.vstack([np.zeros_like(rows[:1]), rows, np.zeros_like(rows[:1])])
        return np.array([
            sum(padded[place + i] @ weights[name][i] for i in range(3)) + weights[f"{name}_bias"]
            for place in range(len(rows))
        ])  # fmt: skip

    rows = weights["vectors"][ids] * np.float32(0.02)
    first = np.maximum(convolve(rows, "convolution1"), 0)
    second = np.maximum(convolve(first, "convolution2") + first, 0)
    pooled = np.concatenate([second.max(axis=0), second.mean(axis=0)])
    hidden = np.maximum(pooled @ weights["dense1"] + weights["dense1_bias"], 0)
    return np.asarray(hidden @ weights["dense2"] + weights["dense2_bias"])


def test_a_batch_gives_each_text_what_it_gets_alone() -> None:
    weights = random_weights()
    texts = [[1], [2, 3, 4, 5, 6, 7, 8, 0], [8, 8], [3, 1, 2]]
    expected = np.stack([plain_logits(weights, text) for text in texts])
    np.testing.assert_allclose(Network(weights).logits(texts), expected, rtol=1e-4, atol=1e-4)


def test_calibration_turns_logits_into_distributions_without_overflow() -> None:
    calibration = Calibration(2.0, np.array([0, 0, 0, 1], np.float32))
    shares = calibration.probabilities(np.array([[0, 0, 0, -0.5], [1e4, 0, 0, 0]], np.float32))
    expected = np.array([[0.25] * 4, [1, 0, 0, 0]], np.float32)
    np.testing.assert_allclose(shares, expected)


def test_the_most_probable_sentiment_is_the_answer_and_its_probability_the_confidence() -> None:
    (answer,) = to_classifications(np.array([[0.1, 0.2, 0.1, 0.6]], np.float32))
    assert answer.sentiment == "mixed"
    assert answer.confidence == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Slower than GPT-4", ["slow", "##er", "than", "gpt", "-", "0"]),
        ("can't", ["can't"]),
        ("slooooow coooool", ["slow", "cool"]),
        ("CAFÉ :)", ["cafe", ":)"]),
        ("xyzzy than", ["than"]),
        ("漢字 " + "a" * 40, []),
    ],
)
def test_words_are_known_whole_or_by_their_pieces_and_left_out_otherwise(text: str, words: list[str]) -> None:
    known = ["slow", "##er", "than", "gpt", "-", "0", "can't", "cafe", ":)", "cool"]
    assert [known[index] for index in Vocabulary(known).encode(text)] == words
