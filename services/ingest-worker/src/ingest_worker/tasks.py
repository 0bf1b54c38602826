"""Tasks that make themselves: one for a name that many letters wait for, one for a burst of a reason."""

import asyncio
from typing import NamedTuple

import structlog
from catalogue_messaging.failures import TransientError
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ingest_worker.transactions import transaction

OPEN = Gauge("catalogue_tasks_open", "Tasks that are not completed", ["priority"])
OVERDUE = Gauge("catalogue_tasks_overdue", "Tasks that are not completed, and were due before today")

log = structlog.get_logger(__name__)

INTERVAL = 30
"""Seconds between two looks."""
TASKS_LOCK = 0x7461736B  # "task": one worker looks at a time

TAKE_TURN = text(f"SELECT pg_try_advisory_xact_lock({TASKS_LOCK})")
PRIORITY = """CASE WHEN count > 100 * CAST(:more_than AS bigint) THEN 'high'
        WHEN count > 10 * CAST(:more_than AS bigint) THEN 'medium' ELSE 'low' END"""
# It rises as more wait, and never falls. Who lowers it by hand is heeded until ten times as many wait.
RISE = """DO UPDATE SET priority = excluded.priority, waiting = excluded.waiting
WHERE array_position(ARRAY['low', 'medium', 'high'], excluded.priority::text)
        > array_position(ARRAY['low', 'medium', 'high'], t.priority::text)
    AND excluded.waiting >= 10 * coalesce(t.waiting, 0)
RETURNING xmax = 0 AS opened"""

# Of letters that came before somebody completed the last task about them, that one is the answer.
OPEN_FOR_NAMES = text(f"""
WITH each AS (
    SELECT 'model' AS kind, model AS name, failed_at FROM dead_letters
    WHERE status = 'open' AND reason = 'unknown_model' AND model IS NOT NULL
    UNION ALL
    SELECT 'benchmark', benchmark, failed_at FROM dead_letters
    WHERE status = 'open' AND reason = 'unknown_benchmark' AND benchmark IS NOT NULL
), completed AS (
    SELECT kind, name, max(updated_at) AS at FROM tasks
    WHERE status = 'completed' AND name IS NOT NULL GROUP BY kind, name
), waits AS (
    SELECT each.kind, each.name, count(*) FROM each LEFT JOIN completed USING (kind, name)
    WHERE length(each.name) <= 255 AND each.failed_at > coalesce(completed.at, '-infinity')
    GROUP BY each.kind, each.name HAVING count(*) > CAST(:more_than AS bigint)
)
INSERT INTO tasks AS t (title, description, priority, kind, name, waiting)
SELECT left('Resolve the ' || kind || ' ' || name, 255),
    'Make an alias of it, or create it, and what waits goes on by itself: GET /v1/unresolved-names',
    {PRIORITY}, kind, name, count
FROM waits ORDER BY kind, name
ON CONFLICT (kind, name) WHERE status <> 'completed' AND name IS NOT NULL {RISE}
""")


# Each kind by itself, joined by the name alone: with `OR` PostgreSQL would go through all tasks for each
# letter, and a million that wait took it two minutes.
def _not_of_a_named_task(kind: str) -> str:
    return f"""NOT EXISTS (
            SELECT FROM tasks AS named
            WHERE named.kind = '{kind}' AND named.name = d.{kind} AND d.reason = 'unknown_{kind}'
                AND (named.status <> 'completed' OR named.updated_at >= d.failed_at))"""


def _waits_no_longer(kind: str) -> str:
    return f"""NOT EXISTS (
        SELECT FROM dead_letters AS d
        WHERE d.{kind} = t.name AND t.kind = '{kind}' AND d.reason = 'unknown_{kind}'
            AND d.status IN ('open', 'replaying'))"""


# A name's own task is about its letters already.
OPEN_FOR_REASONS = text(f"""
WITH completed AS (
    SELECT reason, max(updated_at) AS at FROM tasks
    WHERE status = 'completed' AND reason IS NOT NULL AND topic IS NULL GROUP BY reason
), came AS (
    SELECT d.reason, count(*), min(d.failed_at) AS since
    FROM dead_letters AS d LEFT JOIN completed USING (reason)
    WHERE d.status = 'open'
        AND d.failed_at > greatest(now() - make_interval(secs => CAST(:window AS int)), completed.at)
        AND {_not_of_a_named_task("model")}
        AND {_not_of_a_named_task("benchmark")}
    GROUP BY d.reason HAVING count(*) > CAST(:more_than AS bigint)
)
INSERT INTO tasks AS t (title, description, priority, reason, since, waiting)
SELECT 'Look at dead letters: ' || reason,
    'Many came in a short time: GET /v1/dead-letters?reason=' || reason,
    {PRIORITY}, reason, since, count
FROM came ORDER BY reason
ON CONFLICT (reason, topic) WHERE status <> 'completed' AND reason IS NOT NULL {RISE}
""")
COMPLETE = text(f"""
UPDATE tasks AS t SET status = 'completed'
WHERE t.status <> 'completed' AND (t.name IS NOT NULL OR t.reason IS NOT NULL)
    AND {_waits_no_longer("model")}
    AND {_waits_no_longer("benchmark")}
    AND NOT (t.reason IS NOT NULL AND EXISTS (
        SELECT FROM dead_letters AS d WHERE d.status IN ('open', 'replaying') AND d.reason = t.reason
            AND d.topic = coalesce(t.topic, d.topic) AND d.failed_at >= coalesce(t.since, '-infinity')))
RETURNING title
""")
COUNT = text("""
SELECT priority, count(*), count(*) FILTER (WHERE due_date < CAST(now() AT TIME ZONE 'UTC' AS date))
FROM tasks WHERE status <> 'completed' GROUP BY priority
""")


class Limits(NamedTuple):
    """A task opens for more than so many letters: of a name, or that came of one reason within `window` s."""

    more_than: int
    window: int


async def keep_tasks_for_ever(engine: AsyncEngine, limits: Limits) -> None:
    """Until cancelled."""
    while True:
        try:
            await keep_tasks(engine, limits)
        except TransientError as error:
            log.warning("tasks will be looked at later", error=str(error))
        await asyncio.sleep(INTERVAL)


async def keep_tasks(engine: AsyncEngine, limits: Limits) -> None:
    """Complete tasks of what waits no longer, open those of what does, and count all.

    Raises TransientError.
    """
    async with transaction(engine) as connection:
        if (await connection.execute(TAKE_TURN)).scalar_one():
            await _complete_and_open(connection, limits)
        found = (await connection.execute(COUNT)).all()
    counts = {priority: count for priority, count, _ in found}
    for priority in ("low", "medium", "high"):
        OPEN.labels(priority).set(counts.get(priority, 0))
    OVERDUE.set(sum(late for _, _, late in found))


async def _complete_and_open(connection: AsyncConnection, limits: Limits) -> None:
    completed = (await connection.execute(COMPLETE)).scalars().all()
    of_names = await connection.execute(OPEN_FOR_NAMES, {"more_than": limits.more_than})
    of_reasons = await connection.execute(OPEN_FOR_REASONS, limits._asdict())
    opened = sum([*of_names.scalars(), *of_reasons.scalars()])
    if completed or opened:
        log.info("tasks kept", completed=len(completed), opened=opened)
