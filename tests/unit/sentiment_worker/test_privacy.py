"""Classifying leaves nothing on the disk and nothing on the network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CLASSIFY = (
    "from sentiment_worker.classifiers import load_classifier;"
    "print(load_classifier('{backend}').classify(['Good.'])[0].sentiment)"
)


@pytest.mark.parametrize("backend", ["accurate", "cascade"])
def test_onnxruntime_neither_reports_nor_keeps_an_identifier(backend: str, tmp_path: Path) -> None:
    hidden = ("CI", "ORT_", "XDG_", "GITHUB_", "TF_BUILD", "PYTEST_")  # onnxruntime is silent in CI by itself
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    done = subprocess.run(
        [sys.executable, "-c", CLASSIFY.format(backend=backend)],
        env={**kept, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "positive\n"
    assert list(tmp_path.rglob("*")) == []
