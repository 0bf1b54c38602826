"""`catalogue receipts`: what became of events."""

from typing import Annotated, Any
from uuid import UUID

import typer

from catalogue_client.commands.options import RETRY_FOR, URL, AsJson, RetryFor, Url, connect, print_json
from catalogue_client.delivery import rounds
from catalogue_client.showing import show_table
from catalogue_client.summary import EXIT_CODES, Exit

HELP = f"""Say what became of events.

{EXIT_CODES}"""

Ids = Annotated[list[UUID], typer.Argument(metavar="ID...", help="Ids of events.")]


def receipts(
    event_ids: Ids, as_json: AsJson = False, url: Url = URL, retry_for: RetryFor = RETRY_FOR
) -> None:
    with connect(url, retry_for) as catalogue:
        found = [receipt for some in rounds(event_ids) for receipt in catalogue.receipts(some)]
    if as_json:
        print_json({"items": found})
    else:
        rows = ((each["event_id"], each["status"], in_words(each)) for each in found)
        show_table("Receipts", ("event", "status", "which means"), rows)
    raise typer.Exit(_exit_code({each["status"] for each in found}))


def in_words(receipt: dict[str, Any]) -> str:
    """A sentence a fact, the most important first."""
    letter = receipt.get("dead_letter") or {}
    failed = f"{letter.get('reason')}: {letter.get('detail')} (dead letter {letter.get('id')})"
    said = {
        "recorded": f"it is at {receipt.get('location')}",
        "retracted": f"it was taken back by {receipt.get('retracted_by')}",
        "erased": "its author, its source or the event itself was erased, and is not recorded again",
        "waiting": f"it goes on by itself when the name is known; {failed}",
        "dead_lettered": failed,
        "replaying": "it is being published again",
        "discarded": f"somebody gave it up: {letter.get('note')}; {failed}",
        "unknown": "not known yet, or never sent",
    }.get(receipt["status"], "")
    also = []
    if later := receipt.get("superseded_by"):
        also.append(f"a later report stands in its place, {later}")
    if receipt.get("conflicts"):
        also.append("another event came under its id and was refused")
    return "; ".join([said, *also])


def _exit_code(statuses: set[str]) -> Exit:
    if "dead_lettered" in statuses:
        return Exit.REFUSED
    return Exit.WAITING if statuses & {"waiting", "unknown", "replaying"} else Exit.DONE
