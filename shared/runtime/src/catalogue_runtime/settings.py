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
        for fault in error.errors(include_input=False):
            name = _variable(settings, "_".join(map(str, fault["loc"])))
            said = fault["msg"].removeprefix("Value error, ")
            sys.stderr.write(f"setting {name.upper()}: {said}; set it in the environment\n")
        sys.exit(2)


def _variable(settings: type[BaseSettings], field: str) -> str:
    """The environment's name for a field, which an error names by itself or by its alias."""
    info = settings.model_fields.get(field)
    if info is None:
        return field
    alias = info.validation_alias
    return alias if isinstance(alias, str) else str(settings.model_config.get("env_prefix") or "") + field
