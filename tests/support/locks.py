"""Who waits for whom in PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncEngine

from support.rows import rows


async def lock_waits(engine: AsyncEngine) -> dict[int, str]:
    """What the sessions of this database wait for, by their process: relation, advisory, transactionid.

    Other tests' databases are on the same server, and have waits of their own.
    """
    waiting = "SELECT pid, wait_event FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    found = await rows(engine, f"{waiting} AND datname = current_database()")
    return {row["pid"]: row["wait_event"] for row in found}
