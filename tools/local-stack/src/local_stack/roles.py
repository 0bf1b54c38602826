"""A login of its own in PostgreSQL for each service, so that none is a superuser."""

import asyncio
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

import asyncpg


def give_logins(url: str, roles: Iterable[str]) -> dict[str, str]:
    """Make what is missing of `roles`, and give each a new password. Returns each one's URL of the database.

    `url` is the superuser's. What a role may do with the tables is granted with the migrations.
    """
    passwords = {role: secrets.token_urlsafe(24) for role in roles}
    asyncio.run(_make(url, passwords))
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return {
        role: parts._replace(netloc=f"{role}:{password}@{address}").geturl()
        for role, password in passwords.items()
    }


async def _make(url: str, passwords: dict[str, str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for role, password in passwords.items():
            known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
            statement = f"{'ALTER' if known else 'CREATE'} ROLE %I LOGIN PASSWORD %L"
            await connection.execute(
                await connection.fetchval(f"SELECT format('{statement}', $1::text, $2::text)", role, password)
            )
    finally:
        await connection.close()
