import socket
from collections.abc import Mapping
from contextlib import suppress

from local_stack.errors import LocalStackError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody used a moment ago. Another process can still take it."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. Raises `LocalStackError` for a host that isn't ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise LocalStackError(f"{host} is no address of this machine: {error.strerror}.") from error
    with socket.socket(family, kind, protocol) as listener:
        # As servers do: connections of a server that has just stopped don't keep its port taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            listener.bind(address)
            return True
        return False


def require_free(host: str, port: int, setting: str) -> None:
    """Raises `LocalStackError` when `port` is taken; `setting` is the variable that chooses another."""
    if not is_free(host, port):
        raise LocalStackError(
            f"Port {port} on {host} can't be listened on (most likely taken): "
            f"stop what uses it, or choose another with {setting}, for example {setting}={free_port()}."
        )


def port_of(environment: Mapping[str, str], setting: str, default: int = 0) -> int:
    """The port that the variable `setting` holds; 0 stands for any free one. Raises `LocalStackError`."""
    value = environment.get(setting) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) <= 65535):
        raise LocalStackError(
            f"{setting} is {value!r}: set it to a port from 1 to 65535, or to 0 for a free one."
        )
    return int(value)
