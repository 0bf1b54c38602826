"""What became of an import, for people and for programs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from catalogue_client.answers import CatalogueError, UnreachableError
from catalogue_client.delivery import SETTLED, Delivered
from catalogue_client.items import Refused, Skipped

NAMES = {"unknown_model": "model", "unknown_benchmark": "benchmark"}
PLACES = 20
"""Places that are named of one reason."""


class Exit(IntEnum):
    """What the command's exit code says."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    WAITING = 3
    UNREACHABLE = 4


EXIT_CODES = (
    "Exit code: 0 all recorded (accepted, with --wait 0); 1 some were refused or are dead letters; "
    "2 wrong usage, or a file that cannot be read, and nothing was sent; 3 some wait for a name, or were not "
    "recorded yet when the time was over; 4 the catalogue could not be reached."
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some were not recorded: how many, and where the first of them are."""

    reason: str
    count: int
    places: Sequence[str]


@dataclass(slots=True)
class Summary:
    """`asked` is whether receipts were asked for; without, what was accepted counts as done."""

    asked: bool = True
    accepted: int = 0
    repeated: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    waiting_for: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    imports: dict[str, Counter[str]] = field(default_factory=dict)
    created_benchmarks: list[str] = field(default_factory=list)
    made_ids: dict[str, str] = field(default_factory=dict)
    broken_off: CatalogueError | None = None

    @property
    def exit_code(self) -> Exit:
        if isinstance(self.broken_off, UnreachableError):
            return Exit.UNREACHABLE
        if self.refused or self.broken_off:
            return Exit.REFUSED
        settled = sum(self.statuses[each] for each in ("recorded", "retracted", "erased", "discarded"))
        return Exit.DONE if not self.asked or settled == self.accepted else Exit.WAITING

    def add_items(self, skipped: Iterable[Skipped], refused: Iterable[Refused]) -> None:
        self.skipped += [(each.reason, each.place) for each in skipped]
        self.refused += [(each.reason, each.place) for each in refused]

    def add_delivered(self, delivered: Delivered) -> None:
        self.accepted += len(delivered.accepted)
        self.refused += delivered.refused
        self.broken_off = delivered.broken_off
        for each in delivered.accepted if self.asked else ():
            receipt = delivered.receipts.get(str(each.event["event_id"]), {"status": "unknown"})
            self._add_receipt(receipt, each.event, each.place)

    def _add_receipt(self, receipt: dict[str, Any], event: Any, place: str) -> None:
        status = receipt["status"]
        self.statuses[status] += 1
        letter = receipt.get("dead_letter") or {}
        if status == "waiting" and (kind := NAMES.get(letter.get("reason", ""))):
            self.waiting_for[kind, str(event.get(kind))] += 1
        if status == "dead_lettered":
            self.refused.append((f"{letter.get('reason')}: {letter.get('detail')}", place))
        if receipt.get("conflicts"):
            reason = (
                "event_id_conflict: is recorded already with another value, which stays (docs/importing.md)"
            )
            self.refused.append((reason, place))

    @property
    def unsettled(self) -> int:
        """Accepted, but not known to be recorded when the time was over."""
        return sum(count for status, count in self.statuses.items() if status not in SETTLED)

    def as_json(self) -> dict[str, Any]:
        waiting = [
            {"kind": kind, "name": name, "count": count}
            for (kind, name), count in self.waiting_for.most_common()
        ]
        return {
            "exit_code": int(self.exit_code),
            "accepted": self.accepted,
            "repeated": self.repeated,
            "statuses": dict(self.statuses),
            "waiting_for": waiting,
            "refused": [_as_json(each) for each in by_reason(self.refused)],
            "skipped": [_as_json(each) for each in by_reason(self.skipped)],
            "imports": {path: dict(counts) for path, counts in self.imports.items()},
            "created_benchmarks": self.created_benchmarks,
            "made_ids": self.made_ids,
            "broken_off": str(self.broken_off) if self.broken_off else None,
        }


def by_reason(pairs: Iterable[tuple[str, str]]) -> list[Reason]:
    """The most frequent reason first."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for reason, place in pairs:
        places[reason].append(place)
    found = [Reason(reason, len(each), each[:PLACES]) for reason, each in places.items()]
    return sorted(found, key=lambda each: -each.count)


def _as_json(reason: Reason) -> dict[str, Any]:
    return {"reason": reason.reason, "count": reason.count, "places": list(reason.places)}
