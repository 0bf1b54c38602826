"""The API's own settings, read from the environment."""

from typing import Annotated

from catalogue_schema.database import DatabaseUrl
from pydantic import Field, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """`DATABASE_URL`, `API_HOST`, `API_PORT`, and limits as `CATALOGUE_API_…`; times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="CATALOGUE_API_", populate_by_name=True)

    database_url: Annotated[DatabaseUrl, Field(validation_alias="DATABASE_URL")]
    host: Annotated[str, Field(validation_alias="API_HOST", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="API_PORT", ge=0, le=65535)] = 8000

    max_events: PositiveInt = 10_000
    """Events, or lines of an import, in one request."""
    max_body_bytes: PositiveInt = 10 * MIB
    publish_timeout: PositiveFloat = 10
    database_timeout: PositiveFloat = 10
    """From asking for a connection to the commit."""
    database_pool_size: PositiveInt = 10
