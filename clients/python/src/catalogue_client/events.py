"""The event that an imported result becomes, and how its id is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

NAMESPACE = UUID("6f0c1b52-7c0e-5d0b-9a3e-3d8f1c2b7a41")
"""Of the ids of imported results. Another would import everything a second time."""

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""`occurred_at` of a result that has no date: the same on each import, and before any that has one."""

Setting = str | float | bool | None  # an int is a float to the type checker

MEASURED = {"score", "unit", "higher_is_better", "stderr", "ci_low", "ci_high", "ci_level", "n"}
"""What was measured; all other fields say which measurement it is, and make its id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultReported:
    """A model scored `score` on a benchmark, in `unit`: fraction, percent, usd, seconds, points …

    Limits in characters: `model`, `benchmark`, `source`, `metric`, `evaluator`, `harness`,
    `harness_version` and `run_id` 255, `unit` 50, `source_url` 500, keys of `settings` (at most 50) 100.
    """

    model: str
    benchmark: str
    score: float
    occurred_at: datetime = UNDATED
    date_tested: date | None = None
    source: str | None = None
    metric: str | None = None
    unit: str | None = None
    higher_is_better: bool | None = None
    stderr: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    n: int | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)
    evaluator: str | None = None
    evaluator_relationship: str | None = None
    harness: str | None = None
    harness_version: str | None = None
    source_url: str | None = None
    run_id: str | None = None
    given_id: UUID | None = None
    """Of an event that has an id already."""

    @property
    def event_id(self) -> UUID:
        """A UUIDv5 of all that says which measurement it is: the same wherever it stands in its file."""
        if self.given_id is not None:
            return self.given_id
        identity = {name: value for name, value in self._said().items() if name not in MEASURED}
        return uuid5(NAMESPACE, json.dumps(identity, sort_keys=True))

    def as_json(self) -> dict[str, Any]:
        """What `POST /v1/events` takes."""
        return {"type": "ResultReported", "event_id": str(self.event_id), **self._said()}

    def _said(self) -> dict[str, Any]:
        """The fields that have a value, as JSON has them."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "given_id"}
        said = {name: value for name, value in values.items() if value is not None and value != {}}
        if self.settings:
            said["settings"] = dict(self.settings)
        said["occurred_at"] = self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if self.date_tested is not None:
            said["date_tested"] = self.date_tested.isoformat()
        return said
