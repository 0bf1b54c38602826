"""How to reach Kafka, read from the environment."""

import ssl
from pathlib import Path
from typing import Annotated, Any, Literal

from aiokafka.helpers import create_ssl_context
from catalogue_schema.topics import Topic
from pydantic import Field, FilePath, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

METADATA_AGE_MS = 30_000
"""For how long a client goes by what it knows of the topics: one that was made again, or has more partitions,
is written and consumed after that."""


class KafkaSettings(BaseSettings):
    """How to reach Kafka: `KAFKA_BOOTSTRAP_SERVERS` and its fellows.

    `topic_prefix` stands before every topic's and consumer group's name, so that several catalogues can
    share a cluster. `ssl_cafile` names the certificates to trust, in PEM; without it, the system's are.
    A variable that is empty counts as not set.
    """

    model_config = SettingsConfigDict(env_prefix="KAFKA_", env_ignore_empty=True)

    bootstrap_servers: Annotated[str, Field(min_length=1)]
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: Annotated[str | None, Field(validate_default=True)] = None
    sasl_password: Annotated[SecretStr | None, Field(validate_default=True)] = None
    ssl_cafile: FilePath | None = None
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = ""

    @field_validator("sasl_username", "sasl_password")
    @classmethod
    def _given_where_asked_for(cls, value: object, others: ValidationInfo) -> object:
        protocol = str(others.data.get("security_protocol"))
        if value is None and protocol.startswith("SASL"):
            raise ValueError(f"is needed with KAFKA_SECURITY_PROTOCOL={protocol}")
        return value

    @field_validator("ssl_cafile")
    @classmethod
    def _holds_certificates(cls, path: Path) -> Path:
        try:
            create_ssl_context(cafile=path)
        except (ssl.SSLError, OSError) as error:
            raise ValueError(f"{path} holds no certificates in PEM ({error})") from error
        return path

    def topic_name(self, topic: Topic) -> str:
        return self.topic_prefix + topic.name

    def group_id(self, service: str, topic: Topic) -> str:
        """A group for each topic, so that a rebalance of one does not halt the others."""
        return f"{self.topic_prefix}{service}.{topic.name}"

    def client_options(self) -> dict[str, Any]:
        """Connection arguments that aiokafka's producer, consumer and admin client have in common."""
        return {
            "bootstrap_servers": self.bootstrap_servers.split(","),
            "metadata_max_age_ms": METADATA_AGE_MS,
            "security_protocol": self.security_protocol,
            "ssl_context": self.ssl_context(),
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password.get_secret_value() if self.sasl_password else None,
        }

    def ssl_context(self) -> ssl.SSLContext | None:
        if "SSL" not in self.security_protocol.split("_"):
            return None
        context: ssl.SSLContext = create_ssl_context(cafile=self.ssl_cafile)
        return context
