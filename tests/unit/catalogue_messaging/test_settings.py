import pytest
from catalogue_messaging.settings import KafkaSettings
from catalogue_runtime.settings import LogSettings, load_settings
from catalogue_schema.topics import RESULTS_REPORTED
from pydantic_settings import BaseSettings

PASSWORD = "hunter2-very-secret"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without the Kafka and log settings of whoever runs the tests."""
    for settings in (KafkaSettings, LogSettings):
        for field in settings.model_fields:
            monkeypatch.delenv(f"{settings.model_config['env_prefix']}{field}".upper(), raising=False)
    return monkeypatch


def refused(settings: type[BaseSettings], capsys: pytest.CaptureFixture[str]) -> str:
    """What a service says on stderr as it refuses to start."""
    with pytest.raises(SystemExit) as exit_:
        load_settings(settings)
    assert exit_.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_missing_setting_is_named_as_the_environment_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(KafkaSettings, capsys)
    assert said.startswith("setting KAFKA_BOOTSTRAP_SERVERS: ")
    assert said.count("\n") == 1


def test_every_wrong_setting_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("KAFKA_SECURITY_PROTOCOL", "ROT13")
    environment.setenv("KAFKA_TOPIC_PREFIX", "no spaces")
    names = [line.split(":")[0] for line in refused(KafkaSettings, capsys).splitlines()]
    assert names == [
        "setting KAFKA_BOOTSTRAP_SERVERS",
        "setting KAFKA_SECURITY_PROTOCOL",
        "setting KAFKA_TOPIC_PREFIX",
    ]


def test_a_wrong_level_of_the_log_is_refused(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("LOG_LEVEL", "LOUD")
    assert "setting LOG_LEVEL: " in refused(LogSettings, capsys)


def test_a_secret_is_neither_said_nor_shown(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("KAFKA_SASL_PASSWORD", PASSWORD)
    assert PASSWORD not in refused(KafkaSettings, capsys)
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    assert PASSWORD not in repr(load_settings(KafkaSettings))


def test_a_prefix_stands_before_topics_and_groups() -> None:
    kafka = KafkaSettings(bootstrap_servers="kafka:9092", topic_prefix="staging.")
    assert kafka.topic_name(RESULTS_REPORTED) == "staging.catalogue.results.reported.v1"
    assert kafka.group_id("worker", RESULTS_REPORTED) == "staging.worker.catalogue.results.reported.v1"


def test_all_bootstrap_servers_are_given_to_the_clients() -> None:
    options = KafkaSettings(bootstrap_servers="a:1,b:2").client_options()
    assert options["bootstrap_servers"] == ["a:1", "b:2"]


@pytest.mark.parametrize(("protocol", "encrypted"), [("PLAINTEXT", False), ("SASL_SSL", True), ("SSL", True)])
def test_tls_is_used_where_the_protocol_says_so(protocol: str, encrypted: bool) -> None:
    kafka = KafkaSettings(bootstrap_servers="a:1", security_protocol=protocol, sasl_username="u",
                          sasl_password=PASSWORD)  # fmt: skip
    context = kafka.ssl_context()
    assert (context is not None) is encrypted
    assert context is None or context.check_hostname
