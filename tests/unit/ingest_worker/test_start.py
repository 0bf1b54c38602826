"""What stands on stderr when the worker cannot start."""

import socket
from collections.abc import Callable

import pytest
from ingest_worker.__main__ import main

Start = Callable[..., str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Start:
    """Start with these settings; what it says as it ends."""

    def start(**settings: str) -> str:
        usual = {"KAFKA_BOOTSTRAP_SERVERS": "nowhere:1", "DATABASE_URL": "postgresql://nowhere/none"}
        for name, value in (usual | settings).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as exit_:
            main()
        assert exit_.value.code
        said = exit_.value.code if isinstance(exit_.value.code, str) else ""
        return capsys.readouterr().err + said

    return start


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://user:hunter2@host/name", "postgresql://user:hunter2@host:port/name"]
)
def test_a_wrong_database_url_is_one_line_without_the_password(refused: Start, url: str) -> None:
    said = refused(DATABASE_URL=url)
    assert said.startswith("setting DATABASE_URL: ")
    assert "it should be postgresql://user:password@host/name" in said
    assert "hunter2" not in said
    assert "\n" not in said.strip()


def test_a_taken_health_port_is_one_line_that_names_the_setting(refused: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(INGEST_WORKER_HEALTH_PORT=str(port))
    assert said.startswith(f"cannot listen on 127.0.0.1:{port} ")
    assert "set INGEST_WORKER_HEALTH_PORT to a free port" in said
    assert "\n" not in said.strip()


def test_a_port_that_is_none_is_named(refused: Start) -> None:
    assert refused(INGEST_WORKER_HEALTH_PORT="99999").startswith("setting INGEST_WORKER_HEALTH_PORT: ")
