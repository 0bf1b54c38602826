"""Names to ids. Looked up for each batch, so that no cache can be out of date."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import ConsumerRecord
from catalogue_messaging.failures import Failure
from catalogue_schema.events import Reason
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Kind:
    """What has a name in the catalogue."""

    noun: str
    look_up: TextClause
    unknown: Reason

    async def ids(self, connection: AsyncConnection, names: Iterable[str]) -> dict[str, int]:
        """The ids of those names that the catalogue has."""
        rows = await connection.execute(self.look_up, {"names": sorted(set(names))})
        return {row.name: row.id for row in rows}

    def unknown_in(self, record: ConsumerRecord, name: str) -> Failure:
        unknown = f"the catalogue has no {self.noun} named {name!r}"
        detail = f"/{self.noun} {unknown}: create it, then send the event again"
        return Failure(record, self.unknown, detail, f"Unknown{self.noun.capitalize()}")


MODEL = Kind("model", text("SELECT name, id FROM models WHERE name = ANY(:names)"), Reason.UNKNOWN_MODEL)
BENCHMARK = Kind(
    "benchmark", text("SELECT name, id FROM benchmarks WHERE name = ANY(:names)"), Reason.UNKNOWN_BENCHMARK
)
