"""ingest-worker's settings."""

from typing import Annotated

from catalogue_messaging.worker import WorkerSettings
from catalogue_schema.database import DatabaseUrl
from catalogue_schema.subjects import ErasureKey
from pydantic import Field
from pydantic_settings import SettingsConfigDict


class Settings(WorkerSettings):
    """`DATABASE_URL`, `INGEST_WORKER_HEALTH_HOST` and `_PORT`, and how many days dead letters are kept."""

    model_config = SettingsConfigDict(env_prefix="INGEST_WORKER_")

    database_url: Annotated[DatabaseUrl, Field(validation_alias="DATABASE_URL")]
    erasure_key: Annotated[ErasureKey | None, Field(validation_alias="ERASURE_KEY")] = None
    """Under which it is known what was erased; needed once something was."""
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8082
    dead_letter_days: Annotated[int, Field(ge=1, le=3650)] = 90
    task_letters: Annotated[int, Field(ge=1, le=10_000_000)] = 100
    """A task opens where more wait for a name, or more of one reason came within the window."""
    task_window: Annotated[int, Field(ge=1, le=31 * 86_400)] = 3600
    """Seconds."""
