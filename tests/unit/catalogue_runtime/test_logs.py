import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from catalogue_runtime.logs import Seldom, configure_logging
from catalogue_runtime.settings import LogSettings

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


def log_everything() -> None:
    structlog.get_logger("ours").info("recorded", event_id="0198", count=3)
    logging.getLogger("theirs").warning("lost %s", "connection")
    logging.getLogger("theirs").error("it broke", exc_info=ValueError("two\nlines"))


def test_json_is_one_object_a_line_for_ours_and_theirs_and_tracebacks(capsys: Capture) -> None:
    configure_logging(LogSettings(format="json"))
    log_everything()
    ours, theirs, broken = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (ours["event"], ours["event_id"], ours["count"], ours["level"]) == ("recorded", "0198", 3, "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("lost connection", "theirs", "warning")
    assert "ValueError: two\nlines" in broken["exception"]
    assert ours["timestamp"].endswith("Z")


def test_console_is_for_people(capsys: Capture) -> None:
    configure_logging(LogSettings(format="console"))
    log_everything()
    first = capsys.readouterr().err.splitlines()[0]
    assert "recorded" in first
    assert "event_id=0198" in first
    with pytest.raises(json.JSONDecodeError):
        json.loads(first)


def test_a_terminal_obeys_no_escape_sequence_that_was_sent(capsys: Capture) -> None:
    configure_logging(LogSettings(format="console"))
    wicked = "a\x1b]0;owned\x07\x9b2Jb"
    structlog.get_logger("ours").info(wicked, model=wicked, names=[wicked])
    logging.getLogger("theirs").error("it broke", exc_info=ValueError(wicked))
    logged = capsys.readouterr().err
    assert "owned" in logged
    assert not any(escape in logged for escape in "\x1b\x07\x9b")


@pytest.mark.parametrize(("terminal", "readable"), [(True, True), (False, False)])
def test_auto_is_readable_on_a_terminal_and_json_elsewhere(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, terminal: bool, readable: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    configure_logging(LogSettings(format="auto"))
    logging.getLogger("theirs").warning("hello")
    assert capsys.readouterr().err.startswith("{") is not readable


def test_what_is_below_the_level_is_not_logged(capsys: Capture) -> None:
    configure_logging(LogSettings(level="WARNING", format="json"))
    structlog.get_logger("ours").info("quiet")
    assert capsys.readouterr().err == ""


def test_a_client_that_repeats_itself_is_heard_once(capsys: Capture) -> None:
    configure_logging(LogSettings(format="json"))
    for _ in range(100):
        logging.getLogger("aiokafka.consumer").error("cannot reach node %s", 1)
        logging.getLogger("ours").error("cannot reach node %s", 1)
    loggers = [json.loads(line)["logger"] for line in capsys.readouterr().err.splitlines()]
    assert (loggers.count("aiokafka.consumer"), loggers.count("ours")) == (1, 100)


def test_a_repeated_message_is_heard_again_later() -> None:
    record = logging.LogRecord("aiokafka", logging.ERROR, "", 0, "away", None, None)
    seldom = Seldom("aiokafka", seconds=0)
    assert seldom.filter(record)
    assert seldom.filter(record)
