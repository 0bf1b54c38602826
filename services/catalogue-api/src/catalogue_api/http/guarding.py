"""Who may talk to the API through a browser, and what a browser may do with its answers."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from starlette.types import Scope

from catalogue_api.http.problems import Forbidden, MisdirectedRequest

PROBES = {"/livez", "/readyz", "/metrics"}
"""Asked by address, whatever it is, and of no use to a page."""
SAFE = {"GET", "HEAD", "OPTIONS"}

CSP = b"content-security-policy"
# Not no-referrer: a browser then names no origin with a page's own forms either ("null").
HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
DATA_ONLY = (CSP, b"default-src 'none'; frame-ancestors 'none'")
"""For answers that name no policy of their own: they are data, and load nothing."""


class Guard:
    """Answers only to the names of this server, and lets no page of another origin change anything.

    `hosts` are names or addresses, with a port or for any port; `*` is every name. Without this a page could
    have a name of its own point to this machine, and then read and write here. `origins` are let in all the
    same.
    """

    def __init__(self, hosts: Collection[str], origins: Collection[str]) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origins)
        self._is_ours = lru_cache(maxsize=256)(self._stands_among_hosts)

    def check(self, scope: Scope) -> None:
        """Raises MisdirectedRequest or Forbidden."""
        host, origin = b"", b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"origin":
                origin = value
        # HTTP/1.0 needs no Host; no browser speaks it.
        named = host or scope["http_version"] != "1.0"
        if named and not self._is_ours(host) and scope["path"] not in PROBES:
            raise MisdirectedRequest
        if origin and scope["method"] not in SAFE and not self._is_from_here(origin, host):
            raise Forbidden("A page of another origin may not change anything here.")

    def _stands_among_hosts(self, host: bytes) -> bool:
        name = host.decode("latin-1").lower()
        without_port = name if name.endswith("]") else name.rpartition(":")[0] or name
        return "*" in self._hosts or name in self._hosts or without_port in self._hosts

    def _is_from_here(self, origin: bytes, host: bytes) -> bool:
        text = origin.decode("latin-1")
        _, _, place = text.lower().partition("://")
        return text in self._origins or place == host.decode("latin-1").lower() or place in self._hosts


def with_policies(given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and what browsers are told besides."""
    headers = [*given, *HEADERS]
    if all(name != CSP for name, _ in headers):
        headers.append(DATA_ONLY)
    return headers
