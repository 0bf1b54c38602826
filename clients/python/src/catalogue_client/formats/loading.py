"""Reading files: JSON and YAML with errors that name the file, and settings that are flat."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from catalogue_client.events import Setting
from catalogue_client.items import OtherFormatError, UnreadableFileError

MAX_BYTES = 512 * 1024 * 1024
LONGEST = 255
LONGEST_URL = 500
MOST_SETTINGS = 40  # of one kind: with the others of a result fewer than 50


def read_bytes(path: Path) -> bytes:
    """Raises UnreadableFileError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFileError(f"{path}: is over {MAX_BYTES:,} bytes, which no such file has")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read ({error.strerror or error})") from error


def parse_json(data: bytes, path: Path, exact: bool = False) -> Any:
    """Numbers with a point are Decimals where `exact`. Raises UnreadableFileError."""
    try:
        return json.loads(data, parse_float=Decimal if exact else None)
    except (ValueError, RecursionError) as error:
        raise OtherFormatError(f"{path}: is no JSON ({error})") from error


def load_json(path: Path) -> Any:
    return parse_json(read_bytes(path), path)


def parse_yaml(data: bytes | str, path: Path) -> Any:
    """Raises UnreadableFileError."""
    try:
        return yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise OtherFormatError(f"{path}: is no YAML ({' '.join(str(error).split())})") from error


def load_yaml(path: Path) -> Any:
    return parse_yaml(read_bytes(path), path)


def table(value: object) -> dict[str, Any]:
    """The object that `value` is, or an empty one."""
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """A text that says something: not blank, and not `unknown`."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    stripped = str(value).strip()
    return stripped if stripped and stripped.lower() != "unknown" else None


def web_address(value: object) -> str | None:
    address = text(value)
    is_one = address and address.startswith(("http://", "https://")) and len(address) <= LONGEST_URL
    return address if is_one else None


def moment(value: object) -> datetime | None:
    """A time in ISO 8601, or in Unix seconds as a number or text; or what YAML makes of one."""
    if isinstance(value, date):
        return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            return _moment_of_text(value.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _moment_of_text(value: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except ValueError:
        return datetime.fromisoformat(value) if value else None


def flat(values: Mapping[str, object]) -> dict[str, Setting]:
    """The settings that are one short value each; nothing nested, no long texts, no nulls."""
    kept: dict[str, Setting] = {}
    for name, value in values.items():
        if len(kept) == MOST_SETTINGS:
            break
        if len(name) <= 100 and (setting := _setting(value)) is not None:
            kept[name] = setting
    return kept


def _setting(value: object) -> Setting:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and 0 < len(value) <= LONGEST:
        return value
    return None
