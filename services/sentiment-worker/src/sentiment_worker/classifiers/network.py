"""The fast classifier's network: word vectors, two convolutions, pooling, two dense layers.

Texts of one batch lie one after another in one array, a row of zeros between them: no padding to the
longest, and a text's answer does not depend on its neighbours.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Network:
    """Weights by name, as `sentiment_training.fast` writes them; h is the width of the convolutions.

    vectors: int8 [words, d] and vector_scale [words]; convolution1: [3, d, h]; convolution2: [3, h, h];
    dense1: [2h, k]; dense2: [k, 4]; each but the vectors with a bias, named `<name>_bias`.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.generic]]) -> None:
        self._weights = {name: np.asarray(array, np.float32) for name, array in weights.items()}
        vectors = self._weights.pop("vectors") * self._weights.pop("vector_scale")[:, None]
        self._vectors = np.vstack([vectors, np.zeros_like(vectors[:1])])

    def logits(self, texts: Sequence[Sequence[int]]) -> Floats:
        """[texts, 4], for texts as ids of words, none of them empty."""
        blank = len(self._vectors) - 1
        ids = [blank]
        for text in texts:
            ids += text
            ids.append(blank)
        lengths = np.fromiter(map(len, texts), np.intp, len(texts))
        starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]]) + 1
        blanks = np.concatenate([[0], starts + lengths])
        first = self._convolve(self._vectors[ids], "convolution1", blanks)
        second = self._convolve(first, "convolution2", blanks, residual=first)
        pooled = np.hstack([
            np.maximum.reduceat(second, starts),
            np.add.reduceat(second, starts) / lengths[:, None].astype(np.float32),
        ])  # fmt: skip
        return self._dense(np.maximum(self._dense(pooled, "dense1"), 0), "dense2")

    def _convolve(
        self, rows: Floats, name: str, blanks: NDArray[np.intp], residual: Floats | None = None
    ) -> Floats:
        """Each row with its neighbours to both sides, rectified; the rows between texts stay zero."""
        before, here, after = self._weights[name]
        out: Floats = rows @ here
        out[1:] += rows[:-1] @ before
        out[:-1] += rows[1:] @ after
        out += self._weights[f"{name}_bias"]
        if residual is not None:
            out += residual
        np.maximum(out, 0, out=out)
        out[blanks] = 0
        return out

    def _dense(self, rows: Floats, name: str) -> Floats:
        dense: Floats = rows @ self._weights[name] + self._weights[f"{name}_bias"]
        return dense
