from pathlib import Path

import pytest
import requests
from local_stack import jars
from local_stack.errors import LocalStackError


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """How the next downloads end, after each has written a jar; and an empty cache."""
    endings: list[BaseException | None] = []

    def download(directory: Path) -> None:
        directory.mkdir()
        (directory / f"{len(endings)}.jar").touch()
        if ending := endings.pop(0):
            raise ending

    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path)
    monkeypatch.setattr(jars, "_download", download)
    return endings


def names() -> list[str]:
    return [jar.name for jar in jars.kafka_class_path()]


def test_a_download_that_was_interrupted_is_begun_anew_and_a_whole_one_kept(
    downloads: list[BaseException | None],
) -> None:
    downloads += [KeyboardInterrupt(), None]
    with pytest.raises(KeyboardInterrupt):
        names()
    assert names() == ["1.jar"]
    assert names() == ["1.jar"], "downloaded once more"


def test_a_download_that_fails_says_what_to_look_at(downloads: list[BaseException | None]) -> None:
    downloads += [requests.ConnectionError("no route"), None]
    with pytest.raises(LocalStackError, match=r"could not be downloaded .*no route.*Maven Central"):
        names()
    assert names() == ["1.jar"]
