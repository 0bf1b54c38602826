"""The accurate backend: MiniLM-L6, fine-tuned, as int8 ONNX. Needs the extra `accurate`."""

import json
import os
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from .base import NOTHING_TO_JUDGE, Classification, ClassifierUnavailableError, how_to_install, library
from .clean import clean, has_words
from .probabilities import Calibration, Floats, to_classifications

EXTRA = "accurate"
_BATCH = 16  # texts of like length; more in a batch cost the cascade padding


class AccurateClassifier:
    def __init__(self, weights: Traversable | Path | None = None) -> None:
        # Before its import, or it keeps an identifier on the disk and reports to its makers.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        onnxruntime, tokenizers = library("onnxruntime", EXTRA), library("tokenizers", EXTRA)
        settings, model, tokenizer = _weight_files(
            weights or files(library("sentiment_worker_accurate", EXTRA))
        )
        stored = json.loads(settings.read_text(encoding="utf-8"))
        self.name = f"accurate-{stored['version']}"
        self.ask_below: float = stored["ask_below"]
        self._calibration = Calibration(stored["slope"], np.array(stored["shift"], np.float32))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # more would spin between the batches, on cores that others need
        self._session = onnxruntime.InferenceSession(model.read_bytes(), options, ["CPUExecutionProvider"])
        self._tokenizer = tokenizers.Tokenizer.from_buffer(tokenizer.read_bytes())
        self._tokenizer.enable_truncation(stored["max_tokens"])
        self._tokenizer.no_padding()

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        cleaned = [clean(text) for text in texts]
        readable = [text for text in cleaned if has_words(text)]
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch(readable)]
        answers = iter(to_classifications(self.probabilities(encoded)))
        return [next(answers) if has_words(text) else NOTHING_TO_JUDGE for text in cleaned]

    def probabilities(self, encoded: Sequence[Sequence[int]]) -> Floats:
        """[texts, 4] for texts as ids of tokens, run in batches of like length."""
        logits = np.zeros((len(encoded), 4), np.float32)
        order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            logits[chosen] = self._run([encoded[index] for index in chosen])
        return self._calibration.probabilities(logits)

    def _run(self, batch: Sequence[Sequence[int]]) -> Floats:
        width = max(map(len, batch))
        ids = np.array([[*row, *[0] * (width - len(row))] for row in batch], np.int64)
        mask = (np.arange(width) < np.array([[len(row)] for row in batch])).astype(np.int64)
        logits: Floats = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return logits


def _weight_files(folder: Traversable | Path) -> list[Traversable | Path]:
    found = [folder / name for name in ("model.json", "model.onnx", "tokenizer.json")]
    for file in found:
        if not file.is_file():
            raise ClassifierUnavailableError(f"{file} is missing: {how_to_install(EXTRA)}")
    return found
