"""sentiment-worker's settings."""

from typing import Annotated

from catalogue_messaging.worker import WorkerSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sentiment_worker.classifiers import Backend


class Settings(WorkerSettings):
    """`SENTIMENT_BACKEND`, and `SENTIMENT_WORKER_HEALTH_HOST` and `_PORT`."""

    model_config = SettingsConfigDict(env_prefix="SENTIMENT_WORKER_")

    backend: Annotated[Backend, Field(validation_alias="SENTIMENT_BACKEND")] = "fast"
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8081
