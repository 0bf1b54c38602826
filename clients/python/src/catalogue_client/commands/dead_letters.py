"""`catalogue dead-letters`: what could not be recorded: look, publish again, give up."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Annotated, Any

import typer

from catalogue_client.commands.options import URL, AsJson, Url, connect, print_json
from catalogue_client.showing import output, show_table, tell
from catalogue_client.summary import Exit

PATH = "/v1/dead-letters"
FILTERS: Mapping[str, str] = {
    "reason": "Why, such as unknown_model or invalid.",
    "topic": "On which topic.",
    "model": "Of which model, as the event names it.",
    "benchmark": "Of which benchmark, as the event names it.",
    "producer": "Whose, by the id of a key or user.",
    "status": "open, replaying, replayed, recorded or discarded.",
    "since": "Failed at this time or later (ISO 8601).",
    "until": "Failed before this time (ISO 8601).",
}
Filter = dict[str, str]

Ids = Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Of letters, instead of filters.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Note = Annotated[str, typer.Option(help="Why; kept with each letter.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many at most.")]


def create_commands() -> typer.Typer:
    app = typer.Typer(
        no_args_is_help=True, help="See what could not be recorded, publish it again, or give it up."
    )
    app.command("list", help="List dead letters, the newest first.")(filtered(list_letters))
    app.command("summary", help="Count dead letters by reason and status.")(filtered(summary))
    app.command("show", help="Show a dead letter, with its bytes and its history.")(show)
    app.command("replay", help="Publish dead letters again: those of the ids, or that match all filters.")(
        filtered(replay)
    )
    app.command(
        "discard", help="Give dead letters up, with a note: those of the ids, or that match all filters."
    )(filtered(discard))
    return app


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with an option for each filter in place of its parameter `wanted`."""
    own = [each for each in inspect.signature(command).parameters.values() if each.name != "wanted"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    options = [
        inspect.Parameter(
            name,
            keyword,
            default=None,
            annotation=Annotated[str | None, typer.Option(f"--{name}", help=text)],
        )
        for name, text in FILTERS.items()
    ]

    @wraps(command)
    def with_filters(**given: Any) -> None:
        wanted = {name: value for name in FILTERS if (value := given.pop(name)) is not None}
        command(wanted=wanted, **given)

    parameters = [each.replace(kind=keyword) for each in own] + options
    with_filters.__annotations__ = {each.name: each.annotation for each in parameters}
    with_filters.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return with_filters


def list_letters(wanted: Filter, limit: Limit = 50, as_json: AsJson = False, url: Url = URL) -> None:
    with connect(url) as catalogue:
        page = catalogue.get(PATH, **wanted, limit=limit)
    if as_json:
        print_json(page)
        return
    columns = ("id", "reason", "status", "attempts", "failed_at", "model", "benchmark", "detail")
    show_table("Dead letters", columns, ([each[column] for column in columns] for each in page["items"]))
    if page["next_cursor"]:
        tell(output(), "There are more: narrow the filters, or raise --limit.")


def summary(wanted: Filter, as_json: AsJson = False, url: Url = URL) -> None:
    with connect(url) as catalogue:
        counts = catalogue.get(f"{PATH}/summary", **wanted)
    if as_json:
        print_json(counts)
        return
    rows = ((each["reason"], each["status"], each["count"]) for each in counts["items"])
    show_table(f"{counts['total']} dead letters", ("reason", "status", "count"), rows)


def show(
    letter_id: Annotated[int, typer.Argument(metavar="ID")], as_json: AsJson = False, url: Url = URL
) -> None:
    with connect(url) as catalogue:
        letter = catalogue.get(f"{PATH}/{letter_id}")
    if as_json:
        print_json(letter)
        return
    history = letter.pop("history")
    show_table(f"Dead letter {letter_id}", ("field", "value"), _told(letter))
    columns = ("attempt", "reason", "detail", "failed_at")
    show_table("Failed before", columns, ([each[column] for column in columns] for each in history))


def _told(letter: Mapping[str, Any]) -> Sequence[tuple[str, object]]:
    plain = {name: value for name, value in letter.items() if value is not None and name != "headers"}
    for name in {"key", "value"} & plain.keys():
        plain[name] = plain[name].get("text") or f"{plain[name].get('base64')} (base64)"
    return list(plain.items())


def replay(
    wanted: Filter,
    ids: Ids = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    url: Url = URL,
) -> None:
    _act("replay", _selection(ids, wanted), (dry_run, yes, as_json), url)


def discard(
    wanted: Filter,
    note: Note,
    ids: Ids = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    url: Url = URL,
) -> None:
    _act("discard", {**_selection(ids, wanted), "note": note}, (dry_run, yes, as_json), url)


def _selection(ids: list[int] | None, wanted: Filter) -> dict[str, Any]:
    if bool(ids) == bool(wanted):
        raise typer.BadParameter("name either ids or filters")
    return {"ids": ids} if ids else {"filter": wanted}


def _act(what: str, selection: dict[str, Any], how: tuple[bool, bool, bool], url: str) -> None:
    """Ask first where a filter chooses, on a terminal."""
    dry_run, yes, as_json = how
    with connect(url) as catalogue:
        if "filter" in selection and not (yes or dry_run) and sys.stdin.isatty():
            matched = catalogue.post(f"{PATH}/{what}", {**selection, "dry_run": True})["matched"]
            if not typer.confirm(f"{what} {matched} dead letters?"):
                raise typer.Exit(Exit.REFUSED)
        answer = catalogue.post(f"{PATH}/{what}", {**selection, "dry_run": dry_run})
    if as_json:
        print_json(answer)
        return
    done = f"{answer['matched']} dead letters {'would be' if dry_run else 'are to be'} {what}ed"
    show_table(done, ("would end as", "count"), answer["outcomes"].items())
    if not answer["outcomes"]:
        tell(output(), done)
