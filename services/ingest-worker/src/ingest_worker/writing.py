"""Writing a batch of events: one statement, in one transaction, that joins names and says what it did."""

from collections.abc import Sequence
from operator import itemgetter
from typing import TypeVar

from catalogue_messaging.failures import Failure, Received
from catalogue_runtime.metrics import count_recorded
from catalogue_schema.events import Event
from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_worker.names import BENCHMARK, MODEL
from ingest_worker.transactions import transaction

E = TypeVar("E", bound=Event)


async def write_events(
    engine: AsyncEngine, statement: TextClause, batch: Sequence[Received[E]]
) -> list[Failure]:
    """Give the events to `statement` as the JSON array `:rows`. Returns those that name what is unknown.

    The statement answers with one row: `recorded`, how many were new, and the places, counted from 1, of the
    events whose `unknown_model` or `unknown_benchmark` keeps them out. Raises what `transaction` raises.
    """
    rows = ",".join([received.event.model_dump_json() for received in batch])
    async with transaction(engine) as connection:
        answer = (await connection.execute(statement, {"rows": f"[{rows}]"})).mappings().one()
    unknown = [(place - 1, kind) for kind in (MODEL, BENCHMARK) for place in answer.get(kind.unknown) or ()]
    failures = [
        kind.unknown_in(batch[place].record, getattr(batch[place].event, kind.field))
        for place, kind in sorted(unknown, key=itemgetter(0))
    ]
    count_recorded(type(batch[0].event), answer["recorded"], len(batch) - len(failures))
    return failures
