"""The first administrator, and keys, from the command line."""

import os
import subprocess
import sys

import httpx
import pytest
from catalogue_api.access.keys import parse_key
from support.access import bearer

EMAIL = "ann@example.org"
PASSWORD = "correct horse battery"


def run(url: str, *arguments: str, said: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "catalogue_api", *arguments],
        env=os.environ | {"DATABASE_URL": url},
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


async def test_a_first_administrator_signs_in_and_makes_a_key(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    made = run(
        *(database_url, "users", "create", "--email", EMAIL, "--name", "Ann", "--role", "admin"),
        said=f"{PASSWORD}\n",
    )
    assert PASSWORD not in made.stdout + made.stderr
    answer = await guarded.post("/v1/sessions", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == httpx.codes.CREATED
    assert (await guarded.post("/v1/api-keys", json={"name": "k", "scopes": ["read"]})).is_success
    [first] = (await guarded.get("/v1/audit", params={"actor": "command"})).json()["items"]
    assert (first["action"], first["kind"], first["actor_id"]) == ("create", "users", None)

    run(database_url, "users", "password", "--email", EMAIL.upper(), said="another horse battery\n")
    for password, code in ((PASSWORD, 401), ("another horse battery", 201)):
        answer = await guarded.post("/v1/sessions", json={"email": EMAIL, "password": password})
        assert answer.status_code == code


async def test_a_key_is_made_listed_rotated_and_revoked(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    made = run(
        *(database_url, "keys", "create", "--name", "scraper", "--scope", "events:write", "--scope", "read"),
        *("--expires-in-days", "30"),
    )
    key = made.stdout.strip()
    key_id = str(parse_key(key))
    assert key not in made.stderr
    assert (await guarded.get("/v1/models", headers=bearer(key))).status_code == httpx.codes.OK

    listed = run(database_url, "keys", "list").stdout
    assert all(part in listed for part in (key_id, key[-4:], "scraper", "events:write,read", "active"))
    assert key not in listed
    second = run(database_url, "keys", "rotate", key_id, "--overlap-hours", "1").stdout.strip()
    for each in (key, second):
        assert (await guarded.get("/v1/models", headers=bearer(each))).status_code == httpx.codes.OK
    run(database_url, "keys", "revoke", key_id)
    assert "revoked" in run(database_url, "keys", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said", "reason"),
    [
        (
            ("users", "create", "--email", EMAIL, "--name", "A"),
            "short\n",
            "the password has fewer than 12 characters",
        ),
        (
            ("users", "create", "--email", "nobody", "--name", "A"),
            f"{PASSWORD}\n",
            "email is no e-mail address",
        ),
        (("users", "password", "--email", EMAIL), f"{PASSWORD}\n", "There is no account for"),
        (("keys", "revoke", "0198c1f2-5a3e-7c44-9d1b-2f6d7e8a9b01"), "", "There is no key"),
        (("keys", "create", "--name", " ", "--scope", "read"), "", "name"),
        (("keys", "rotate", "0198c1f2-5a3e-7c44-9d1b-2f6d7e8a9b01", "--overlap-hours", "-1"), "", "overlap"),
    ],
)
def test_what_cannot_be_done_is_said(
    database_url: str, arguments: tuple[str, ...], said: str, reason: str
) -> None:
    assert reason in run(database_url, *arguments, said=said, status=1).stderr


def test_without_a_database_nothing_is_done() -> None:
    done = run("postgresql://nobody:secret@127.0.0.1:1/none", "keys", "list", status=1)
    assert "cannot be reached" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    "wrong", [("--expires-in-days", "1e12"), ("--expires-in-days", "-1"), ("--scope", "everything")]
)
def test_a_wrong_option_is_said(wrong: tuple[str, ...]) -> None:
    nowhere = "postgresql://nobody:secret@127.0.0.1:1/none"
    done = run(nowhere, "keys", "create", "--name", "k", "--scope", "read", *wrong, status=2)
    assert wrong[0] in done.stderr
