"""The API's own settings, read from the environment."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MIB = 1024 * 1024


def _postgresql(url: SecretStr) -> SecretStr:
    try:
        driver = make_url(url.get_secret_value()).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        raise ValueError("must be postgresql://user:password@host:port/name")
    return url


class Settings(BaseSettings):
    """`DATABASE_URL`, `API_HOST`, `API_PORT`, and limits as `CATALOGUE_API_…`; times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="CATALOGUE_API_", populate_by_name=True)

    database_url: Annotated[SecretStr, Field(validation_alias="DATABASE_URL"), AfterValidator(_postgresql)]
    host: Annotated[str, Field(validation_alias="API_HOST", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="API_PORT", ge=0, le=65535)] = 8000

    max_events: PositiveInt = 10_000
    """Events, or lines of an import, in one request."""
    max_body_bytes: PositiveInt = 10 * MIB
    publish_timeout: PositiveFloat = 10
    database_timeout: PositiveFloat = 10
    """From asking for a connection to the commit."""
    database_pool_size: PositiveInt = 10
