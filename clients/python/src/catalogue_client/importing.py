"""An import: read whole, then sent; safe to repeat."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from catalogue_client.answers import CatalogueError, RefusedError
from catalogue_client.batching import batches
from catalogue_client.client import Catalogue
from catalogue_client.delivery import Outgoing, Tick, deliver, wait
from catalogue_client.items import Record
from catalogue_client.reading import Gathered
from catalogue_client.summary import Summary

NOT_THERE = 404
TAKEN = 409
SEPARATORS = re.compile(r"[-_.\s]+")


def run_import(
    catalogue: Catalogue, gathered: Gathered, seconds: float, create_benchmarks: bool, tick: Tick
) -> Summary:
    """Send reference data, then results, and wait for their receipts for `seconds`; 0 asks for none."""
    summary = Summary(asked=seconds > 0, repeated=gathered.repeated)
    summary.add_items(gathered.skipped, gathered.refused)
    try:
        for path in dict.fromkeys(record.path for record in gathered.records):
            _upsert(catalogue, path, [each for each in gathered.records if each.path == path], summary)
        if create_benchmarks:
            named = (found.event.benchmark for found in gathered.found)
            summary.created_benchmarks = create_missing(catalogue, named)
    except CatalogueError as error:
        summary.broken_off = error
        return summary
    outgoing = [Outgoing(found.event.as_json(), found.place) for found in gathered.found]
    delivered = deliver(catalogue, outgoing, tick)
    if seconds > 0:
        wait(catalogue, delivered, seconds, tick)
    summary.add_delivered(delivered)
    return summary


def _upsert(catalogue: Catalogue, path: str, records: Sequence[Record], summary: Summary) -> None:
    """Raises UnreachableError."""
    counts = summary.imports.setdefault(path, Counter())
    for start, rows in batches([record.fields for record in records]):
        try:
            answer = catalogue.upsert(path, rows)
        except RefusedError as refused:
            reason = _too_old(path) if refused.status == NOT_THERE else str(refused)
            summary.refused += [(reason, record.place) for record in records[start:]]
            return
        counts.update({name: answer[name] for name in ("created", "updated", "unchanged")})
        for item in answer["rejected"]:
            told = "; ".join(f"{error['pointer']} {error['reason']}" for error in item["errors"])
            summary.refused.append((told, records[start + item["index"]].place))


def _too_old(path: str) -> str:
    return f"this catalogue has no {path}: it is of a version that does not take these"


def create_missing(catalogue: Catalogue, named: Iterable[str]) -> list[str]:
    """Create each benchmark that no name or alias of the catalogue means. Raises CatalogueError.

    Compared by the normal form that the catalogue itself resolves names by (docs/names.md), so that
    `MMLU_Pro` does not become a second `MMLU-Pro`.
    """
    wanted = dict.fromkeys(named)
    known = {normal_form(item["name"]) for item in catalogue.items("/v1/benchmarks", limit=200)}
    known |= {
        normal_form(item["alias"]) for item in catalogue.items("/v1/aliases", kind="benchmark", limit=200)
    }
    created = []
    for name in wanted:
        if normal_form(name) in known:
            continue
        try:
            catalogue.post("/v1/benchmarks", {"name": name})
        except RefusedError as refused:
            if refused.status != TAKEN:
                raise CatalogueError(f"The benchmark {name!r} cannot be created: {refused}") from refused
        known.add(normal_form(name))
        created.append(name)
    return created


def normal_form(name: str) -> str:
    """Unicode NFKC, lower case, each run of `-`, `_`, `.` and white space one hyphen."""
    return SEPARATORS.sub("-", normalize("NFKC", name).lower())
