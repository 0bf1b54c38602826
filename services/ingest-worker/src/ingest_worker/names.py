"""Names: which model or benchmark each event of a batch means, and those that the catalogue does not have."""

from dataclasses import dataclass

from aiokafka import ConsumerRecord
from catalogue_messaging.failures import Failure
from catalogue_schema.events import Reason


@dataclass(frozen=True, slots=True)
class Kind:
    """What has a name in the catalogue; `field` is the event's field with the name."""

    field: str
    unknown: Reason

    def unknown_in(self, record: ConsumerRecord, name: str) -> Failure:
        unknown = f"the catalogue has no {self.field} named {name!r}, and no alias"
        detail = f"/{self.field} {unknown}: create one of them, and the event goes on by itself"
        return Failure(record, self.unknown, detail, f"Unknown{self.field.capitalize()}")


MODEL = Kind("model", Reason.UNKNOWN_MODEL)
BENCHMARK = Kind("benchmark", Reason.UNKNOWN_BENCHMARK)


def resolve(kind: Kind) -> str:
    """A CTE, named as the kind, of what each (name, source) of the CTE `event` means; `id` is null for none.

    Exact names are joined at once; PostgreSQL's function is asked for the others.
    """
    name = kind.field
    return f"""
{name} AS (
    SELECT named.{name} AS name, named.source, coalesce(exact.id, found.found_id) AS id, found.resolved_by
    FROM (SELECT DISTINCT {name}, coalesce(source, '') AS source FROM event) AS named
    LEFT JOIN {name}s AS exact ON exact.name = named.{name}
    LEFT JOIN LATERAL (
        SELECT * FROM find_{name}(named.{name}, named.source) WHERE exact.id IS NULL
    ) AS found ON true
)"""


# A bare name means one model alone only until another comes by it: it is pinned when first used.
PIN_BARE_NAMES = """
pinned AS (
    INSERT INTO aliases (kind, alias, source, model_id, confirmed_by)
    SELECT 'model', name, source, id, 'ingest-worker: a bare name' FROM model WHERE resolved_by = 'bare_name'
    ON CONFLICT DO NOTHING
)"""
