"""Trains the fast model on labels and on the accurate model's answers, and writes its weights."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from catalogue_schema.sentiment import SENTIMENTS
from numpy.typing import NDArray
from sentiment_worker.classifiers.network import Network
from sentiment_worker.classifiers.vocabulary import Vocabulary
from torch import Tensor, nn
from torch.nn import functional

from .accurate import Example, loss_of
from .log import Progress
from .words import Words

Weights = dict[str, NDArray[np.generic]]

VECTOR = 112
WIDTH = 144
HIDDEN = 96
EPOCHS = 5
BATCH = 128
LEARNING_RATE = 2e-3
MAX_WORDS = 80
WORD_DROPOUT = 0.1


class FastModel(nn.Module):
    """Vectors of words are a linear map of what is known of them, so that those never seen in training
    lie beside their like. The rest is `sentiment_worker.classifiers.network.Network`, trainable.
    """

    def __init__(self, known: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("known", torch.from_numpy(known))
        self.project = nn.Linear(known.shape[1], VECTOR)
        self.convolution1 = nn.Conv1d(VECTOR, WIDTH, 3, padding=1)
        self.convolution2 = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.dense1 = nn.Linear(2 * WIDTH, HIDDEN)
        self.dense2 = nn.Linear(HIDDEN, len(SENTIMENTS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        kept = mask
        if self.training:
            kept = mask * (torch.rand_like(mask) > WORD_DROPOUT)
        rows = (self.project(functional.embedding(ids, self.known)) * kept.unsqueeze(-1)).transpose(1, 2)
        wide = mask.unsqueeze(1)
        first = functional.relu(self.convolution1(rows)) * wide
        second = functional.relu(self.convolution2(first) + first) * wide
        pooled = torch.cat([second.amax(2), second.sum(2) / wide.sum(2)], 1)
        hidden = functional.relu(self.dense1(functional.dropout(pooled, 0.3, self.training)))
        return self.dense2(functional.dropout(hidden, 0.1, self.training))


def train(examples: Sequence[Example], words: Words, known: NDArray[np.float32], seed: int) -> FastModel:
    torch.manual_seed(seed)
    model = FastModel(known).train()
    vocabulary = Vocabulary(words.words)
    ids = [vocabulary.encode(example.text)[:MAX_WORDS] or [0] for example in examples]
    batches = [batch for epoch in range(EPOCHS) for batch in _batches(ids, seed + epoch)]
    progress = Progress("fast", len(batches))
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=1e-3, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=len(batches), pct_start=0.1
    )
    for batch in batches:
        logits = model(*_pad([ids[index] for index in batch]))
        loss = loss_of(logits, [examples[index] for index in batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        progress.step(loss.item())
    return model.eval()


def _batches(ids: Sequence[Sequence[int]], seed: int) -> list[list[int]]:
    """Texts of like length together, in random order."""
    rng = random.Random(seed)  # noqa: S311  # reproducible, not secret
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]) + rng.random() * 4)
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    rng.shuffle(batches)
    return batches


def _pad(batch: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    width = max(map(len, batch))
    ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in batch])
    return ids, (torch.arange(width) < torch.tensor([[len(row)] for row in batch])).float()


@torch.inference_mode()
def weights_of(model: FastModel) -> Weights:
    """As `Network` reads them: convolutions as [3, in, out], vectors as int8 with a scale a word."""
    vectors = model.project(model.known).numpy()
    scale = np.abs(vectors).max(axis=1) / 127
    found: Weights = {
        "vectors": np.round(vectors / scale[:, None]).astype(np.int8),
        "vector_scale": scale.astype(np.float32),
    }
    for name in ("convolution1", "convolution2", "dense1", "dense2"):
        layer = getattr(model, name)
        found[name] = np.ascontiguousarray(
            layer.weight.numpy().T if "dense" in name else layer.weight.numpy().transpose(2, 1, 0)
        )
        found[f"{name}_bias"] = layer.bias.numpy()
    return found


def logits(weights: Weights, words: Words, texts: Sequence[str]) -> NDArray[np.float32]:
    """By the code that users run, from the weights as they are shipped."""
    vocabulary, network = Vocabulary(words.words), Network(weights)
    ids = [vocabulary.encode(text) or [0] for text in texts]
    return np.vstack([network.logits(ids[start : start + 128]) for start in range(0, len(ids), 128)])


def save(path: Path, weights: Weights, words: Words, settings: dict[str, object]) -> None:
    stored = {name: np.asarray(value) for name, value in settings.items()}
    text = np.frombuffer("\n".join(words.words).encode(), np.uint8)
    np.savez_compressed(path, words=text, marks=np.asarray(words.marks), **weights, **stored)  # type: ignore[arg-type]
