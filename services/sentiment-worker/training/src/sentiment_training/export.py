"""Writes the accurate model as int8 ONNX."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic

from .accurate import AccurateModel, load_tokenizer, pad


def export_onnx(model: AccurateModel, path: Path) -> None:
    """Weights as int8, one scale a channel; activations are quantised as they come (about 23 MB)."""
    example = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    axes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens")}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = Path(folder) / "model.onnx"
        torch.onnx.export(
            model.eval(), example, str(whole), dynamo=True, external_data=False, verbose=False,
            input_names=["input_ids", "attention_mask"], output_names=["logits"],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        )  # fmt: skip
        plain = onnx.load(whole)
        del plain.graph.value_info[:]  # shapes that quantisation would find contradicted
        onnx.save(plain, whole)
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)


class OnnxModel:
    """The exported model, in larger batches than the service: close calls move (docs/sentiment.md)."""

    def __init__(self, path: Path) -> None:
        self._session = InferenceSession(path)
        self._tokenizer = load_tokenizer()

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        found = np.zeros((len(ids), 4), np.float32)
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            tokens, mask = (part.numpy() for part in pad([ids[index] for index in chosen]))
            found[chosen] = self._session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]
        return found
