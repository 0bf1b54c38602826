"""An API that asks nobody who they are is reached from this machine alone."""

import os
import subprocess
import sys

import pytest
from catalogue_api.settings import Settings
from pydantic import SecretStr, ValidationError

URL = SecretStr("postgresql://user@host/name")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_on_loopback_it_may_be_open(host: str) -> None:
    assert Settings(database_url=URL, host=host).auth == "open"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "catalogue.example", "localhost.example"])
def test_elsewhere_it_has_to_ask(host: str) -> None:
    with pytest.raises(ValidationError, match="AUTH=required"):
        Settings(database_url=URL, host=host)
    assert Settings(database_url=URL, host=host, auth="required").auth == "required"


def test_an_open_api_for_others_does_not_start_and_says_why() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "AUTH"}
    environment |= {
        "API_HOST": "0.0.0.0",
        "DATABASE_URL": URL.get_secret_value(),
        "KAFKA_BOOTSTRAP_SERVERS": "h:1",
    }
    command = [sys.executable, "-m", "catalogue_api"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "setting AUTH: open lets everybody who reaches 0.0.0.0 do everything" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("rate", ["much", "10", "10/fortnight", "-1/second"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(ValidationError, match="is no rate, such as"):
        Settings(database_url=URL, rate_events=rate)
