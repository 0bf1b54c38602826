"""Open, with public reads, and behind a proxy: what is asked of whom, and who it was."""

import httpx
import pytest
from catalogue_messaging.settings import KafkaSettings
from support.access import bearer, make_key, make_user
from support.api import serving

MODEL = {"name": "lab/a", "organization": "lab"}


async def test_where_it_is_open_all_may_do_all_and_who_says_who_it_is_is_known(
    kafka: KafkaSettings, database_url: str
) -> None:
    key, user = await make_key(database_url, "read"), await make_user(database_url)
    async with serving(kafka, database_url) as api:
        assert (await api.post("/v1/models", json=MODEL)).status_code == httpx.codes.CREATED
        for headers in (bearer(key), bearer("cat_of_another_catalogue")):
            assert (await api.patch("/v1/models/lab/a", json={"license": "MIT"}, headers=headers)).is_success
            assert (await api.patch("/v1/models/lab/a", json={"license": None}, headers=headers)).is_success
        entries = (await api.get("/v1/audit")).json()["items"]
        assert [entry["actor"] for entry in entries] == ["anyone", "anyone", "key", "key", "anyone"]

        assert (await api.get("/v1/users/me")).status_code == httpx.codes.UNAUTHORIZED
        body = {"email": user.email, "password": "correct horse battery"}
        assert (await api.post("/v1/sessions", json=body)).status_code == httpx.codes.CREATED
        assert (await api.get("/v1/users/me")).json()["id"] == str(user.id)


async def test_public_reads_are_of_the_catalogue_alone(kafka: KafkaSettings, database_url: str) -> None:
    async with serving(kafka, database_url, auth="required", public_reads=True) as api:
        for path in ("/v1/models", "/v1/opinions", "/v1/results", "/v1/use-cases", "/v1/aliases"):
            assert (await api.get(path)).status_code == httpx.codes.OK
            assert (await api.head(path)).status_code == httpx.codes.OK
        for path in ("/v1/dead-letters", "/v1/unresolved-names", "/v1/users", "/v1/stream", "/v1/audit"):
            assert (await api.get(path)).status_code == httpx.codes.UNAUTHORIZED
        assert (await api.post("/v1/models", json=MODEL)).status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize(("trusted", "address"), [((), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.9")])
async def test_where_it_came_from_is_believed_of_trusted_proxies_alone(
    kafka: KafkaSettings, database_url: str, trusted: tuple[str, ...], address: str
) -> None:
    async with serving(kafka, database_url, trusted_proxies=trusted) as api:
        forwarded = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        assert (await api.post("/v1/models", json=MODEL, headers=forwarded)).is_success
        [entry] = (await api.get("/v1/audit")).json()["items"]
        assert entry["address"] == address


async def test_a_missing_scope_is_named_as_the_standard_says(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    key = bearer(await make_key(database_url, "read"))
    answer = await guarded.post("/v1/models", json=MODEL, headers=key)

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert answer.json()["scope"] == "reference:write"
    challenge = 'Bearer realm="catalogue", error="insufficient_scope", scope="reference:write"'
    assert answer.headers["WWW-Authenticate"] == challenge
    unknown = await guarded.get("/v1/models", headers=bearer("cat_x"))
    assert unknown.headers["WWW-Authenticate"] == 'Bearer realm="catalogue", error="invalid_token"'
