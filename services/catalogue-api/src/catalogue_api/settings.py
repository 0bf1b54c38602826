"""The API's own settings, read from the environment."""

from importlib.util import find_spec
from ipaddress import ip_address
from typing import Annotated, Literal

from catalogue_schema.database import DatabaseUrl
from catalogue_schema.subjects import ErasureKey
from limits import RateLimitItem, parse
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationInfo,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1024 * 1024


def _names(text: object) -> object:
    if not isinstance(text, str):
        return text
    return [name.strip() for name in text.split(",") if name.strip()]


def _open_on_loopback_alone(auth: str, info: ValidationInfo) -> str:
    host = info.data.get("host", "127.0.0.1")
    if auth == "open" and not _is_loopback(host):
        raise ValueError(
            f"open lets everybody who reaches {host} do everything: set AUTH=required, "
            "or listen on this machine alone (API_HOST=127.0.0.1)"
        )
    return auth


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _rate(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return parse(text)
    except ValueError:
        raise ValueError(f"{text!r} is no rate, such as 10000/minute or 5/10 seconds") from None


def _known_store(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("memory://", "redis://", "rediss://")):
        raise ValueError("is neither memory:// nor redis://host:port")
    if url.get_secret_value().startswith("redis") and find_spec("redis") is None:
        raise ValueError("needs the package redis: install catalogue-api[redis]")
    return url


Rate = Annotated[RateLimitItem | None, BeforeValidator(_rate)]


class DatabaseSettings(BaseSettings):
    """What a command needs."""

    database_url: Annotated[DatabaseUrl, Field(validation_alias="DATABASE_URL")]


class ErasureSettings(BaseSettings):
    """What erasing again needs."""

    erasure_key: Annotated[ErasureKey | None, Field(validation_alias="ERASURE_KEY")] = None


class Settings(BaseSettings):
    """`DATABASE_URL`, `API_HOST`, `API_PORT`, `AUTH`, and more as `CATALOGUE_API_…`; times are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="CATALOGUE_API_", populate_by_name=True, arbitrary_types_allowed=True
    )

    database_url: Annotated[DatabaseUrl, Field(validation_alias="DATABASE_URL")]
    host: Annotated[str, Field(validation_alias="API_HOST", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="API_PORT", ge=0, le=65535)] = 8000
    auth: Annotated[
        Literal["open", "required"],
        AfterValidator(_open_on_loopback_alone),
        Field(validation_alias="AUTH", validate_default=True),
    ] = "open"
    """Whether it is asked who is calling, and what they may do."""
    erasure_key: Annotated[ErasureKey | None, Field(validation_alias="ERASURE_KEY")] = None
    """Under which it is known what was erased, here and in ingest-worker; nothing is erased without it."""
    public_reads: bool = False
    """Whether whoever comes may read what the catalogue shows; what failed stays inside all the same."""
    key_grace: Annotated[float, Field(ge=0)] = 3600
    """Seconds for which a key that was known goes on while the database is away."""
    session_hours: PositiveFloat = 168
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = ()
    """Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    rate_events: Rate = None
    """Events of one key in a time, such as `10000/minute`; no limit unless it is set."""
    rate_bytes: Rate = None
    """Bytes of its bodies, likewise."""
    rate_store: Annotated[SecretStr, AfterValidator(_known_store)] = SecretStr("memory://")
    """Where it is counted: `memory://`, or `redis://…` where several processes share a limit."""

    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = (
        "localhost",
        "127.0.0.1",
        "[::1]",
    )
    """Names and addresses that requests may come for, with a port or for any; `*` is every name."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = ()
    """Origins, such as `https://app.example`, whose pages may read and write here through a browser."""
    max_events: PositiveInt = 10_000
    """Events, or lines of an import, in one request."""
    max_body_bytes: PositiveInt = 10 * MIB
    """Of one request, and unpacked where it came compressed."""
    max_memory_bytes: PositiveInt = 32 * MIB
    """Of all the bodies that are being read or answered at the same time."""
    max_connections: PositiveInt = 500
    max_listeners: PositiveInt = 100
    """To the stream of events, each on a connection of its own."""
    head_timeout: PositiveFloat = 10
    """From a connection's begin, or its last answer, to the end of its next request's head."""
    body_timeout: PositiveFloat = 30
    """From a request's head to the end of its body."""
    publish_timeout: PositiveFloat = 10
    database_timeout: PositiveFloat = 10
    """From asking for a connection to the commit."""
    database_pool_size: PositiveInt = 10
