"""Names that the catalogue does not have."""

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
        unknown = f"the catalogue has no {self.field} named {name!r}"
        detail = f"/{self.field} {unknown}: create it, then send the event again"
        return Failure(record, self.unknown, detail, f"Unknown{self.field.capitalize()}")


MODEL = Kind("model", Reason.UNKNOWN_MODEL)
BENCHMARK = Kind("benchmark", Reason.UNKNOWN_BENCHMARK)
