import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.stack import QUICK_JAVA


@pytest.fixture
def directory() -> Iterator[Path]:
    """As `tmp_path`; but that is closed, by every start of pytest, to the user that PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="local-stack-") as path:
        yield Path(path)


@pytest.fixture(autouse=True)
def quick_java(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in QUICK_JAVA.items():
        monkeypatch.setenv(name, value)
