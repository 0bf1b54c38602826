"""One log for ours and for every library: readable lines on a terminal, a JSON object a line elsewhere."""

import logging
import sys
import time

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from catalogue_runtime.settings import LogSettings

# Libraries that say at INFO what nobody can act on.
QUIET = ("aiokafka", "faststream", "uvicorn.access")

CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
"""Control characters, which JSON escapes by itself."""


def configure_logging(settings: LogSettings) -> None:
    """Send structlog and the standard library's logging through one formatter to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_color_message,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Seldom("aiokafka"))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_renderers(settings))
    )
    logging.basicConfig(handlers=[handler], level=settings.level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(settings.level)))


def _without_color_message(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Uvicorn says everything twice, once with a terminal's colours."""
    event.pop("color_message", None)
    return event


def _escape_controls(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """What senders wrote may be in a message: a terminal would obey its escape sequences."""
    return {
        key: value.translate(CONTROLS) if isinstance(value, str) else value for key, value in event.items()
    }


class Seldom(logging.Filter):
    """Lets a message of the logger `name` through once in `seconds`, however often it is repeated.

    While Kafka is away, aiokafka says so hundreds of times a second.
    """

    def __init__(self, name: str, seconds: float = 30) -> None:
        super().__init__(name)
        self._seconds = seconds
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not super().filter(record):
            return True
        message, now = (record.name, str(record.msg)), time.monotonic()
        repeated = now - self._last.get(message, -self._seconds) < self._seconds
        if not repeated:
            self._last[message] = now
        return not repeated


def _renderers(settings: LogSettings) -> list[Processor]:
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    readable = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    if readable:
        console = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        return [meta, structlog.processors.format_exc_info, _escape_controls, console]
    return [meta, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
