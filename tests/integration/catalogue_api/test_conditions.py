"""Reads that are not sent twice, changes that do not undo each other, and answers in fewer bytes."""

import asyncio
import gzip

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from support.api import serving

RECORDS = {
    "/v1/models": {"name": "a/b", "organization": "o"},
    "/v1/benchmarks": {"name": "a/b"},
    "/v1/use-cases": {"model": "a/b", "use_case": "chat"},
}
NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/none"


@pytest.fixture(params=RECORDS)
async def record(api: httpx.AsyncClient, request: pytest.FixtureRequest) -> str:
    """A record's path."""
    await api.post("/v1/models", json=RECORDS["/v1/models"])
    created = await api.post(request.param, json=RECORDS[request.param])
    return created.headers.get("Location") or "/v1/models/a/b"


async def test_what_the_client_has_is_not_sent_again(api: httpx.AsyncClient, record: str) -> None:
    for path in (record, "/v1/models"):
        first = await api.get(path)
        tag = first.headers["ETag"]
        for known in (tag, f'"other", {tag}', "*"):
            again = await api.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (httpx.codes.NOT_MODIFIED, b"")
            assert again.headers["ETag"] == tag
        assert (await api.get(path, headers={"If-None-Match": 'W/"other"'})).json() == first.json()


async def test_a_changed_answer_has_another_tag(api: httpx.AsyncClient, record: str) -> None:
    before = (await api.get(record)).headers["ETag"]
    await api.patch(record, json={"description": "new"})

    after = await api.get(record, headers={"If-None-Match": before})
    assert after.status_code == httpx.codes.OK
    assert after.headers["ETag"] != before


async def test_a_change_of_what_has_changed_since_it_was_read_is_refused(
    api: httpx.AsyncClient, record: str
) -> None:
    read = (await api.get(record)).headers["ETag"]
    mine = await api.patch(record, json={"description": "mine"}, headers={"If-Match": read})
    theirs = await api.patch(record, json={"description": "theirs"}, headers={"If-Match": read})

    assert mine.status_code == httpx.codes.OK
    assert theirs.status_code == httpx.codes.PRECONDITION_FAILED
    assert theirs.headers["Content-Type"] == "application/problem+json"
    assert (await api.get(record)).json()["description"] == "mine"
    for seen in (mine.headers["ETag"], "*"):
        last = await api.patch(record, json={"description": seen}, headers={"If-Match": seen})
        assert last.status_code == httpx.codes.OK


async def test_a_models_counts_do_not_forbid_its_change(api: httpx.AsyncClient) -> None:
    await api.post("/v1/models", json=RECORDS["/v1/models"])
    read = (await api.get("/v1/models/a/b")).headers["ETag"]
    await api.post("/v1/use-cases", json=RECORDS["/v1/use-cases"])

    assert (await api.get("/v1/models/a/b")).headers["ETag"] != read
    changed = await api.patch("/v1/models/a/b", json={"license": "MIT"}, headers={"If-Match": read})
    assert changed.status_code == httpx.codes.OK


async def test_a_large_answer_is_compressed_for_those_who_take_it(shared_api: httpx.AsyncClient) -> None:
    plain = await shared_api.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    async with shared_api.stream("GET", "/openapi.json", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == answer.headers["Vary"] == "Accept-Encoding"
    assert len(plain.content) == int(plain.headers["Content-Length"]) > 2 * len(packed)
    assert gzip.decompress(packed) == plain.content


async def test_pages_of_other_origins_are_served_where_a_setting_names_them(kafka: KafkaSettings) -> None:
    friend, stranger = {"Origin": "https://app.example"}, {"Origin": "https://other.example"}
    opinion = {"model": "m", "content": "Good."}
    async with serving(kafka, NOWHERE, allowed_origins=(friend["Origin"],)) as api:
        preflight = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        asked = await api.options("/v1/opinions", headers=friend | preflight)
        assert asked.headers["Access-Control-Allow-Origin"] == friend["Origin"]
        posted = await api.post("/v1/opinions", json=opinion, headers=friend)
        assert posted.status_code == httpx.codes.ACCEPTED
        assert posted.headers["Access-Control-Allow-Origin"] == friend["Origin"]

        refused = await api.post("/v1/opinions", json=opinion, headers=stranger)
        assert refused.status_code == httpx.codes.FORBIDDEN
        read = await api.get("/asyncapi.json", headers=stranger)
        assert "Access-Control-Allow-Origin" not in read.headers


@pytest.mark.parametrize("host", ["", "Host: localhost\r\n"])
async def test_http_1_0_is_spoken(shared_api: httpx.AsyncClient, host: str) -> None:
    body = '{"model":"m","content":"Good."}'
    url = shared_api.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    headers = f"{host}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"POST /v1/opinions HTTP/1.0\r\n{headers}\r\n{body}".encode())
    answer = await asyncio.wait_for(reader.read(), 10)  # to its end: the connection is closed
    writer.close()

    assert answer.split(b" ")[1] == b"202"
    assert answer.endswith(b"}")
