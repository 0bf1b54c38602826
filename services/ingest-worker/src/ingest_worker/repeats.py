"""Parts of the statements that write events: which of a batch are new, repeats, or another event's twins.

An event's id is its producer's own. What has no producer (from before they were kept, or sent where nobody is
asked who they are) is everybody's: with the same id and the same content it is the same event.
"""

OF_ONE_PRODUCER = "({0}.producer = {1}.producer) IS NOT FALSE"
"""SQL: whether two may be one producer's; not where both name one, and not the same."""


def retracts(retraction: str, event: str) -> str:
    """SQL: whether the one takes back the other, and not another producer's with its id."""
    return f"{retraction}.retracts = {event}.event_id AND {OF_ONE_PRODUCER.format(retraction, event)}"


def known(table: str, *, named: bool = True) -> str:
    """A CTE of the events in the CTE `placed` whose names are known, in their order.

    `first` is the fingerprint of the event that has the id: what stands in `table`, else the producer's first
    of the batch, which is new. A row without a fingerprint (from before it was kept) is taken for the same
    event.
    """
    placed = "WHERE placed.model_id IS NOT NULL" if named else ""
    retracted = f"EXISTS (SELECT FROM retractions AS r WHERE {retracts('r', 'placed')})" if named else "false"
    return f"""
known AS (
    SELECT placed.*, {retracted} AS retracted,
        stands.event_id IS NULL AND row_number() OVER own = 1 AND NOT (
            placed.producer IS NOT NULL AND (placed.event_id, placed.fingerprint) IN (
                SELECT event_id, fingerprint FROM placed AS twin WHERE twin.producer IS NULL
                    AND NOT EXISTS (SELECT FROM retractions WHERE retracts = twin.event_id))) AS is_new,
        coalesce(stands.fingerprint, first_value(placed.fingerprint) OVER own) AS first
    FROM placed LEFT JOIN LATERAL (
        SELECT event_id, fingerprint FROM {table} AS r
        WHERE r.event_id = placed.event_id AND (r.producer IS NOT DISTINCT FROM placed.producer OR (
            {OF_ONE_PRODUCER.format("r", "placed")} AND (r.fingerprint = placed.fingerprint) IS NOT FALSE))
        ORDER BY r.fingerprint = placed.fingerprint DESC NULLS LAST LIMIT 1
    ) AS stands ON true
    {placed}
    WINDOW own AS (PARTITION BY placed.event_id, placed.producer ORDER BY placed.ordinality)
)"""


NEW = "FROM known WHERE is_new AND NOT retracted ORDER BY event_id, producer"
"""Ordered, so that two workers with the same events (after a rebalance) wait for each other, not deadlock."""


def closed(event_type: str) -> str:
    """A CTE that closes the dead letters of events that are recorded now, or were before."""
    return f"""
closed AS (
    UPDATE dead_letters AS d SET status = 'recorded'
    FROM (SELECT DISTINCT event_id, producer FROM known WHERE fingerprint = first) AS done
    WHERE d.event_id = done.event_id AND (d.producer IS NULL OR d.producer = done.producer)
        AND d.type = '{event_type}' AND d.reason <> 'event_id_conflict' AND d.status <> 'recorded'
)"""


ANSWER = """
    (SELECT count(*) FROM new) AS recorded,
    (SELECT count(*) FROM known WHERE is_new AND NOT retracted) AS expected,
    (SELECT array_agg(ordinality) FROM known WHERE fingerprint <> first) AS event_id_conflict"""
