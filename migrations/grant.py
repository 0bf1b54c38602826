"""`python grant.py`, after `alembic upgrade head`: the services' rights in DATABASE_URL's database.

A database whose services all connect as the tables' owner has no such roles, and needs no rights granted.
"""

import asyncio
import os
import sys
from pathlib import Path

from catalogue_schema.database import create_engine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

GRANTS = Path(__file__).with_name("grants.sql")
ROLES = ["catalogue_api", "ingest_worker"]
MIGRATION_LOCK = 0x63617461  # as in env.py


async def grant(url: str) -> list[str]:
    """Grant, in one transaction. Returns the roles that are missing; then nothing was granted."""
    engine = create_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        found = await connection.scalars(
            text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"), {"roles": ROLES}
        )
        if missing := sorted(set(ROLES) - set(found)):
            return missing
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute(GRANTS.read_text())
    return []


def main() -> None:
    try:
        missing = asyncio.run(grant(os.environ["DATABASE_URL"]))
    except (OSError, DBAPIError) as error:
        sys.exit(f"The services' rights were not granted: {error}")
    if missing:
        sys.stderr.write(f"No rights granted: the database has no role {' and no role '.join(missing)}\n")


if __name__ == "__main__":
    main()
