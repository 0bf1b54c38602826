import socket

import pytest
from local_stack.errors import LocalStackError
from local_stack.ports import is_free, port_of, require_free


def test_a_port_that_is_not_set_is_the_default() -> None:
    assert port_of({"API_PORT": ""}, "API_PORT", 8000) == 8000
    assert port_of({}, "API_PORT", 8000) == 8000


@pytest.mark.parametrize("value", ["http", "-1", "65536", "80 ", "8000.0", "²"])
def test_a_port_that_is_none_names_the_setting_and_what_it_takes(value: str) -> None:
    with pytest.raises(LocalStackError, match=r"^API_PORT is .*: set it to a port from 1 to 65535"):
        port_of({"API_PORT": value}, "API_PORT", 8000)


def test_a_taken_port_names_the_setting_that_chooses_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        with pytest.raises(LocalStackError, match=rf"Port {port} .* API_PORT=\d+"):
            require_free("127.0.0.1", port, "API_PORT")
    assert is_free("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_said_to_be_none() -> None:
    with pytest.raises(LocalStackError, match=r"no\.such\.host\.invalid"):
        require_free("no.such.host.invalid", 8000, "API_PORT")
