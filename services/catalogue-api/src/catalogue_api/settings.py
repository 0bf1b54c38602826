"""The API's own settings, read from the environment."""

from typing import Annotated

from catalogue_schema.database import DatabaseUrl
from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1024 * 1024


def _names(text: object) -> object:
    if not isinstance(text, str):
        return text
    return [name.strip() for name in text.split(",") if name.strip()]


class Settings(BaseSettings):
    """`DATABASE_URL`, `API_HOST`, `API_PORT`, and limits as `CATALOGUE_API_…`; times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="CATALOGUE_API_", populate_by_name=True)

    database_url: Annotated[DatabaseUrl, Field(validation_alias="DATABASE_URL")]
    host: Annotated[str, Field(validation_alias="API_HOST", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="API_PORT", ge=0, le=65535)] = 8000

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
    head_timeout: PositiveFloat = 10
    """From a connection's begin, or its last answer, to the end of its next request's head."""
    body_timeout: PositiveFloat = 30
    """From a request's head to the end of its body."""
    publish_timeout: PositiveFloat = 10
    database_timeout: PositiveFloat = 10
    """From asking for a connection to the commit."""
    database_pool_size: PositiveInt = 10
