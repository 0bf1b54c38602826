"""Parts of the statements that write events: which of a batch are new, repeats, or another event's twins."""


def known(table: str, *, named: bool = True) -> str:
    """A CTE of the events in the CTE `placed` whose names are known, in their order.

    `first` is the fingerprint of the event that has the id: what stands in `table`, else the first of the
    batch. A row without a fingerprint (from before it was kept) is taken for the same event.
    """
    placed = "WHERE placed.model_id IS NOT NULL" if named else ""
    retracted = "EXISTS (SELECT FROM retractions WHERE retracts = placed.event_id)" if named else "false"
    return f"""
known AS (
    SELECT placed.*, stands.event_id IS NULL AS is_new,
        coalesce(stands.fingerprint, first_value(placed.fingerprint) OVER (
            PARTITION BY placed.event_id ORDER BY placed.ordinality)) AS first,
        {retracted} AS retracted
    FROM placed LEFT JOIN {table} AS stands ON stands.event_id = placed.event_id
    {placed}
)"""


NEW = "FROM known WHERE fingerprint = first AND NOT retracted ORDER BY event_id, ordinality"
"""Ordered, so that two workers with the same events (after a rebalance) wait for each other, not deadlock."""


def closed(event_type: str) -> str:
    """A CTE that closes the dead letters of events that are recorded now, or were before."""
    return f"""
closed AS (
    UPDATE dead_letters SET status = 'recorded'
    FROM (SELECT DISTINCT event_id FROM known WHERE fingerprint = first) AS done
    WHERE dead_letters.event_id = done.event_id AND dead_letters.type = '{event_type}'
        AND dead_letters.reason <> 'event_id_conflict' AND dead_letters.status <> 'recorded'
)"""


ANSWER = """
    (SELECT count(*) FROM new) AS recorded,
    (SELECT count(DISTINCT event_id) FROM known WHERE is_new AND NOT retracted) AS expected,
    (SELECT array_agg(ordinality) FROM known WHERE fingerprint <> first) AS event_id_conflict"""
