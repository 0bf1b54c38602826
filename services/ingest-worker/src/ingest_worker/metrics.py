"""Metrics of benchmarks: new ones, scores in another unit, and scores that cannot be."""

from typing import Any

from catalogue_messaging.failures import Failure, Received
from catalogue_schema.events import Reason
from pydantic_core import from_json

from ingest_worker.names import BENCHMARK, resolve
from ingest_worker.transactions import Before

# Before the results: those that bring a metric are held to it like those that follow. Of a benchmark without
# metrics the first that comes ranks its models.
ADD_METRICS = Before(
    f"""
WITH event AS (
    SELECT * FROM ROWS FROM (json_to_recordset(CAST(:rows AS json)) AS (
        benchmark text, source text, metric text, higher_is_better bool, unit text)) WITH ORDINALITY
), {resolve(BENCHMARK)}, new AS (
    SELECT DISTINCT ON (benchmark.id, metric) benchmark.id AS benchmark_id, metric, higher_is_better, unit,
        ordinality
    FROM event JOIN benchmark ON benchmark.name = event.benchmark
        AND benchmark.source = coalesce(event.source, '')
    WHERE metric IS NOT NULL AND benchmark.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM benchmark_metrics AS m WHERE m.benchmark_id = benchmark.id AND m.name = event.metric)
    ORDER BY benchmark.id, metric, ordinality
)
INSERT INTO benchmark_metrics (benchmark_id, name, higher_is_better, unit, ranks)
SELECT benchmark_id, metric, coalesce(higher_is_better, true), unit,
    row_number() OVER (PARTITION BY benchmark_id ORDER BY ordinality) = 1 AND NOT EXISTS (
        SELECT FROM benchmark_metrics AS m WHERE m.benchmark_id = new.benchmark_id AND m.ranks)
FROM new ORDER BY benchmark_id, metric
ON CONFLICT DO NOTHING
""",
    where='"metric":',
)


def out_of_range(received: Received[bytes], metric: dict[str, Any]) -> Failure:
    """What is wrong with a score that is none of its metric's."""
    event = from_json(received.event)
    name, unit, said = metric["metric"], metric["unit"], event.get("unit")
    if said is not None and unit is not None and said != unit and {said, unit} != {"percent", "fraction"}:
        detail = f"/unit {said!r} is not {unit!r}, in which {name!r} is measured: convert the score"
    else:
        lowest = "any" if metric["lowest"] is None else f"{metric['lowest']:g}"
        highest = "any" if metric["highest"] is None else f"{metric['highest']:g}"
        of = f"{name!r}, from {lowest} to {highest} in {unit or 'no unit'}"
        detail = f"/score {event['score']:g} is out of the range of {of}: correct it, or say its unit"
    advice = f"{detail}, or change the metric of {event['benchmark']!r} and replay"
    return Failure(received.record, Reason.OUT_OF_RANGE, advice, "OutOfRange")
