"""A summary as tables."""

from collections.abc import Iterable

from catalogue_client.showing import errors, show_table, tell
from catalogue_client.summary import Reason, Summary, by_reason

WORDS = {
    "recorded": "recorded",
    "waiting": "waiting for a name",
    "dead_lettered": "dead-lettered",
    "retracted": "taken back before",
    "erased": "of somebody who was erased",
    "discarded": "discarded",
    "replaying": "being replayed",
    "unknown": "not known yet when the time was over (--wait)",
}
NAMES = 20
"""Names that are shown of those that events wait for."""


def show_summary(summary: Summary) -> None:
    show_table("What became of it", ("", "count"), _counts(summary))
    show_table("Waiting for a name (catalogue unresolved)", ("kind", "name", "count"), _waiting(summary))
    show_reasons(summary)
    if summary.created_benchmarks:
        show_table("Benchmarks created", ("name",), ([name] for name in summary.created_benchmarks))
    if summary.broken_off:
        tell(errors(), summary.broken_off)
        tell(
            errors(),
            "Not all was sent. The same command again is safe: what is there already stays as it is.",
        )


def show_reasons(summary: Summary, to_stderr: bool = False) -> None:
    """Why some of it was not sent or not recorded."""
    headings = ("reason", "count", "where")
    show_table("Refused", headings, _reasons(by_reason(summary.refused)), to_stderr)
    show_table("Skipped: no results", headings, _reasons(by_reason(summary.skipped)), to_stderr)


def _waiting(summary: Summary) -> Iterable[tuple[object, ...]]:
    """Those with the most events; `--json` has all."""
    yield from ((kind, name, count) for (kind, name), count in summary.waiting_for.most_common(NAMES))
    rest = summary.waiting_for.most_common()[NAMES:]
    if rest:
        yield "", f"and {len(rest)} more names", sum(count for _, count in rest)


def _counts(summary: Summary) -> Iterable[tuple[object, ...]]:
    for path, counts in summary.imports.items():
        yield from ((f"{path}: {name}", count) for name, count in counts.items())
    if summary.asked:
        yield from ((WORDS.get(status, status), count) for status, count in summary.statuses.most_common())
    elif summary.accepted:
        yield "accepted (nobody asked what became of them)", summary.accepted
    if summary.repeated:
        yield "in the files more than once, sent once", summary.repeated
    yield "refused", len(summary.refused)
    yield "skipped", len(summary.skipped)


def _reasons(reasons: Iterable[Reason]) -> Iterable[tuple[object, ...]]:
    """With the first three places of each; `--json` has more."""
    for each in reasons:
        more = [f"and {each.count - 3} more"] if each.count > 3 else []
        yield each.reason, each.count, [*each.places[:3], *more]
