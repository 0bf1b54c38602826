"""Writing benchmark results: every report, and for each model, benchmark and date the one that stands."""

import json
from collections.abc import Sequence

from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import count_recorded
from catalogue_schema.events import ResultReported
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.names import BENCHMARK, MODEL
from ingest_worker.transactions import transaction

# A report is known by its event id for ever, so a repeat changes nothing, also when a later report has taken
# its place. Among the new ones, and against the one that stands, the later occurred_at wins; of two at the
# same moment, the greater event id, so that the order of arrival never matters.
RECORD = text("""
WITH new AS (
    INSERT INTO result_reports (event_id, occurred_at, model_id, benchmark_id, score, date_tested, source)
    SELECT event_id, occurred_at, model_id, benchmark_id, score, date_tested, source
    FROM json_to_recordset(CAST(:rows AS json)) AS row (
        event_id uuid, occurred_at timestamptz, model_id bigint, benchmark_id bigint, score float,
        date_tested date, source text)
    ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id, occurred_at, model_id, benchmark_id, score, date_tested, source
), standing AS (
    INSERT INTO benchmark_results AS r
        (event_id, occurred_at, model_id, benchmark_id, score, date_tested, source)
    SELECT DISTINCT ON (model_id, benchmark_id, date_tested)
        event_id, occurred_at, model_id, benchmark_id, score, date_tested, source
    FROM new
    ORDER BY model_id, benchmark_id, date_tested, occurred_at DESC, event_id DESC
    ON CONFLICT ON CONSTRAINT uix_model_benchmark_date DO UPDATE
    SET event_id = excluded.event_id, occurred_at = excluded.occurred_at,
        score = excluded.score, source = excluded.source
    WHERE (r.occurred_at, r.event_id) < (excluded.occurred_at, excluded.event_id)
)
SELECT count(*) FROM new
""")


async def record_results(engine: AsyncEngine, batch: Sequence[Received[ResultReported]]) -> list[Failure]:
    """Record the reports that are new, in one transaction. Returns those that name what is unknown."""
    rows, failures = [], []
    async with transaction(engine) as connection:
        models = await MODEL.ids(connection, (received.event.model for received in batch))
        benchmarks = await BENCHMARK.ids(connection, (received.event.benchmark for received in batch))
        for received in batch:
            event = received.event
            if event.model not in models:
                failures.append(MODEL.unknown_in(received.record, event.model))
            elif event.benchmark not in benchmarks:
                failures.append(BENCHMARK.unknown_in(received.record, event.benchmark))
            else:
                known = {"model_id": models[event.model], "benchmark_id": benchmarks[event.benchmark]}
                rows.append(event.model_dump(mode="json") | known)
        recorded = (await connection.execute(RECORD, {"rows": json.dumps(rows)})).scalar_one()
    count_recorded(ResultReported, recorded, len(rows))
    return failures
