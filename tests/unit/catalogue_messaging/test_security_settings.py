"""Settings for a broker that asks who is there."""

from pathlib import Path

import pytest
import trustme
from catalogue_messaging.settings import KafkaSettings
from pydantic import ValidationError

SERVERS = {"bootstrap_servers": "kafka:9093"}


@pytest.mark.parametrize("protocol", ["SASL_SSL", "SASL_PLAINTEXT"])
def test_a_protocol_with_sasl_needs_a_user_and_a_password(protocol: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KafkaSettings.model_validate(SERVERS | {"security_protocol": protocol})
    faults = {fault["loc"][0]: fault["msg"] for fault in refused.value.errors()}
    assert faults.keys() == {"sasl_username", "sasl_password"}
    assert all(f"KAFKA_SECURITY_PROTOCOL={protocol}" in message for message in faults.values())


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
def test_a_protocol_without_sasl_needs_none(protocol: str) -> None:
    assert KafkaSettings.model_validate(SERVERS | {"security_protocol": protocol}).sasl_password is None


def test_certificates_that_are_not_there_or_none_at_all_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "ca.pem"
    text.write_text("no certificate")
    for path in (tmp_path / "missing.pem", text):
        with pytest.raises(ValidationError) as refused:
            KafkaSettings.model_validate(SERVERS | {"ssl_cafile": path})
        assert [fault["loc"] for fault in refused.value.errors()] == [("ssl_cafile",)]


def test_the_certificates_that_are_named_are_the_only_ones_trusted(tmp_path: Path) -> None:
    own = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(own))
    context = KafkaSettings.model_validate(
        SERVERS | {"security_protocol": "SSL", "ssl_cafile": own}
    ).ssl_context()
    assert context is not None
    assert context.cert_store_stats()["x509_ca"] == 1


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECURITY_PROTOCOL", "SASL_USERNAME", "SASL_PASSWORD", "SSL_CAFILE", "TOPIC_PREFIX"):
        monkeypatch.setenv(f"KAFKA_{name}", "")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    settings = KafkaSettings()
    assert settings.security_protocol == "PLAINTEXT"
    assert settings.ssl_cafile is None
