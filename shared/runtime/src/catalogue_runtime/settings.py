"""Settings from the environment, and what every service is told of its logs."""

import sys
from typing import Literal, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


class LogSettings(BaseSettings):
    """`LOG_LEVEL` and `LOG_FORMAT`; `auto` is readable lines on a terminal and JSON elsewhere."""

    model_config = SettingsConfigDict(env_prefix="LOG_")

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["auto", "console", "json"] = "auto"


def load_settings(settings: type[S]) -> S:
    """Read `settings` from the environment. Name what is missing or wrong on stderr and exit with 2."""
    try:
        return settings()
    except ValidationError as error:
        prefix = str(settings.model_config.get("env_prefix") or "")
        for fault in error.errors(include_input=False):
            field = "_".join(map(str, fault["loc"]))
            name = prefix + field if field in settings.model_fields else field
            said = fault["msg"].removeprefix("Value error, ")
            sys.stderr.write(f"setting {name.upper()}: {said}; set it in the environment\n")
        sys.exit(2)
