"""ingest-worker's settings."""

from typing import Annotated

from catalogue_messaging.worker import HealthSettings
from catalogue_schema.database import DatabaseUrl
from pydantic import Field
from pydantic_settings import SettingsConfigDict


class Settings(HealthSettings):
    """`DATABASE_URL`, and `INGEST_WORKER_HEALTH_HOST` and `_PORT`."""

    model_config = SettingsConfigDict(env_prefix="INGEST_WORKER_")

    database_url: Annotated[DatabaseUrl, Field(validation_alias="DATABASE_URL")]
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8082
