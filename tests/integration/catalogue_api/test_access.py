"""Who is answered, and what a browser may make of the answers."""

import re
from pathlib import PurePosixPath

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from support.api import serving

NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/none"
OPINION = {"model": "m", "content": "Good."}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.0.2.1:8000", "", "a" * 5000])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/asyncapi.json"), ("POST", "/v1/opinions"), ("GET", "/x")]
)
async def test_a_request_for_another_name_is_refused(
    shared_api: httpx.AsyncClient, method: str, path: str, host: str
) -> None:
    answer = await shared_api.request(method, path, headers={"Host": host})

    assert answer.status_code == httpx.codes.MISDIRECTED_REQUEST
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "CATALOGUE_API_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
)
async def test_this_machines_own_names_are_served(shared_api: httpx.AsyncClient, host: str) -> None:
    assert (await shared_api.get("/asyncapi.json", headers={"Host": host})).status_code == httpx.codes.OK


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_probes_may_ask_by_any_address(shared_api: httpx.AsyncClient, path: str) -> None:
    assert (await shared_api.get(path, headers={"Host": "172.18.0.7:8000"})).status_code == httpx.codes.OK


async def test_the_names_are_a_setting(kafka: KafkaSettings) -> None:
    async with serving(kafka, NOWHERE, allowed_hosts=("catalogue.example", "other.example:8443")) as api:

        async def status(host: str) -> int:
            return (await api.get("/asyncapi.json", headers={"Host": host})).status_code

        assert [await status(host) for host in ("catalogue.example", "catalogue.example:1")] == [200, 200]
        assert [await status(host) for host in ("other.example:8443", "other.example")] == [200, 421]
        assert await status("localhost") == httpx.codes.MISDIRECTED_REQUEST
    async with serving(kafka, NOWHERE, allowed_hosts=("*",)) as api:
        assert await status("any.example") == httpx.codes.OK


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1.evil"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/opinions"), ("POST", "/v1/models"), ("PATCH", "/v1/models/m"), ("DELETE", "/v1/models/m")],
)
async def test_a_page_of_another_origin_changes_nothing(
    shared_api: httpx.AsyncClient, method: str, path: str, origin: str
) -> None:
    answer = await shared_api.request(method, path, json=OPINION, headers={"Origin": origin})

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_of_this_origin_may(shared_api: httpx.AsyncClient) -> None:
    own = {"Origin": str(shared_api.base_url).rstrip("/")}

    assert (
        await shared_api.post("/v1/opinions", json=OPINION, headers=own)
    ).status_code == httpx.codes.ACCEPTED
    foreign = {"Origin": "https://evil.example"}
    assert (await shared_api.get("/asyncapi.json", headers=foreign)).status_code == httpx.codes.OK


@pytest.mark.parametrize("path", ["/asyncapi.json", "/v1/opinions", "/nowhere", "/docs"])
async def test_answers_tell_browsers_to_load_nothing_more(shared_api: httpx.AsyncClient, path: str) -> None:
    for answer in (await shared_api.get(path), await shared_api.post(path, content=b"{}")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers


async def test_the_documentation_is_read_from_this_server_alone(shared_api: httpx.AsyncClient) -> None:
    page = await shared_api.get("/docs")

    assert page.status_code == httpx.codes.OK
    links = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert {PurePosixPath(link).suffix for link in links} == {".js", ".css"}
    for link in links:
        assert link.startswith("/docs/")
        assert (await shared_api.get(link)).status_code == httpx.codes.OK
    assert "/openapi.json" in (await shared_api.get("/docs/start.js")).text


@pytest.mark.parametrize(
    "path", ["/asyncapi.json", "/v1/events/x", "/v1/models/a%00b", "/livez", "/docs", "/nowhere"]
)
async def test_head_is_get_without_the_body(shared_api: httpx.AsyncClient, path: str) -> None:
    plain = {"Accept-Encoding": "identity"}
    get, head = await shared_api.get(path, headers=plain), await shared_api.head(path, headers=plain)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


async def test_head_is_counted_by_its_route(shared_api: httpx.AsyncClient) -> None:
    await shared_api.head("/v1/models/somebody")

    line = 'catalogue_api_requests_total{method="HEAD",route="/v1/models/{name:path}"'
    assert line in (await shared_api.get("/metrics")).text
