"""Dead letters as ingest-worker writes them."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from catalogue_schema.events import ResultReported
from catalogue_schema.tables import DeadLetterRow
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

VALID = ResultReported(model="lab/a", benchmark="b", score=1)


def letter(**fields: Any) -> DeadLetterRow:
    usual: dict[str, Any] = {
        "event_id": uuid4(),
        "type": "ResultReported",
        "reason": "unknown_model",
        "detail": "d",
        "exception_class": "E",
        "topic": "catalogue.results.reported.v1",
        "partition": 0,
        "offset": 1,
        "model": "lab/x",
        "benchmark": "b",
        "value": VALID.to_json(),
    }
    return DeadLetterRow(**usual | fields)


async def keep_letters(engine: AsyncEngine, letters: Iterable[DeadLetterRow]) -> list[int]:
    """Write them. Returns their ids."""
    rows = [*letters]
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add_all(rows)
        await session.commit()
    return [row.id or 0 for row in rows]
