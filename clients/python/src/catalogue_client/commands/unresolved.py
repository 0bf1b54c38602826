"""`catalogue unresolved`: the names that events wait for, and what to do about each."""

import sys
from typing import Annotated, Any

import typer

from catalogue_client.answers import RefusedError
from catalogue_client.client import Catalogue
from catalogue_client.commands.options import RETRY_FOR, URL, AsJson, RetryFor, Url, connect, print_json
from catalogue_client.showing import clean, output, show_table, tell

HELP = """List the names that events wait for, those with the most events first.

On a terminal it asks of each which name of the catalogue it is: a number makes it an alias of that one,
n a new model or benchmark, s goes on to the next, q ends. What waited goes on by itself."""

ListOnly = Annotated[bool, typer.Option("--list", help="List them, and ask nothing.")]


def unresolved(
    list_only: ListOnly = False, as_json: AsJson = False, url: Url = URL, retry_for: RetryFor = RETRY_FOR
) -> None:
    with connect(url, retry_for) as catalogue:
        names = list(catalogue.items("/v1/unresolved-names", limit=200))
        if as_json:
            print_json({"items": names})
        elif list_only or not (sys.stdin.isatty() and sys.stdout.isatty()):
            headings = ("kind", "name", "count", "most like it")
            rows = (
                (each["kind"], each["name"], each["count"], ", ".join(each["suggestions"])) for each in names
            )
            show_table("Names that events wait for", headings, rows)
        else:
            _ask_of_each(catalogue, names)


def _ask_of_each(catalogue: Catalogue, names: list[dict[str, Any]]) -> None:
    console = output()
    if not names:
        tell(console, "No event waits for a name.")
    for number, waiting in enumerate(names, 1):
        tell(
            console,
            f"{number}/{len(names)}  {waiting['kind']} {waiting['name']!r}: {waiting['count']} events wait",
        )
        for place, suggestion in enumerate(waiting["suggestions"], 1):
            tell(console, f"  {place}  {suggestion}")
        answer = _choice(waiting)
        if answer == "q":
            return
        try:
            _do(catalogue, waiting, answer)
        except RefusedError as refused:
            tell(console, f"  not done: {refused}")


def _choice(waiting: dict[str, Any]) -> str:
    numbers = [str(place) for place in range(1, len(waiting["suggestions"]) + 1)]
    possible = [*numbers, "n", "s", "q"]
    while True:
        answer: str = (
            typer.prompt(f"  {', '.join(numbers)}, [n]ew, [s]kip or [q]uit", default="s").strip().lower()
        )
        if answer in possible:
            return answer
        typer.echo(f"  {answer!r} is none of {', '.join(possible)}")


def _do(catalogue: Catalogue, waiting: dict[str, Any], answer: str) -> None:
    """Raises RefusedError."""
    kind, name = waiting["kind"], waiting["name"]
    if answer == "s":
        return
    if answer != "n":
        meant = waiting["suggestions"][int(answer) - 1]
        catalogue.post("/v1/aliases", {"kind": kind, "alias": name, "name": meant})
        tell(output(), f"  {name} is {meant} from now on")
        return
    if kind == "benchmark":
        catalogue.post("/v1/benchmarks", {"name": name})
    else:
        organization = name.split("/")[0] if "/" in name else None
        default = clean(organization) if organization else None
        catalogue.post(
            "/v1/models", {"name": name, "organization": typer.prompt("  organization", default=default)}
        )
    tell(output(), f"  {kind} {name} is created")
