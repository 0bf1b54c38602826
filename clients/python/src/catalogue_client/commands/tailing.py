"""`catalogue tail`: events as they pass."""

import json
from typing import Annotated

import typer

from catalogue_client.commands.options import RETRY_FOR, URL, RetryFor, Url, connect
from catalogue_client.following import Passing
from catalogue_client.showing import errors, output, tell

HELP = """Show events as they pass, a line each, until Ctrl-C.

It goes on where it was when the connection breaks. With --json each line has the id that leads behind it:
`catalogue tail --after ID` goes on from there another day."""

Topics = Annotated[
    list[str] | None, typer.Option("--topic", help="Of this topic; may be repeated. All unless given.")
]
After = Annotated[str, typer.Option("--after", metavar="ID", help="Begin behind this event, not now.")]
AsJson = Annotated[bool, typer.Option("--json", help="A line of JSON each, for programs.")]


def tail(
    topic: Topics = None,
    after: After = "",
    as_json: AsJson = False,
    url: Url = URL,
    retry_for: RetryFor = RETRY_FOR,
) -> None:
    with connect(url, retry_for) as catalogue:
        try:
            for passing in catalogue.follow(topic or (), after):
                after = passing.id
                if as_json:
                    typer.echo(json.dumps({"id": passing.id, "type": passing.name, **passing.data}))
                else:
                    tell(output(), in_words(passing))
        except KeyboardInterrupt:
            if after and not as_json:
                tell(errors(), f"To go on from here: catalogue tail --after {after}")


def in_words(passing: Passing) -> str:
    """When, what, where, and the event."""
    data = passing.data
    place = f"{data.get('topic')}/{data.get('partition')}/{data.get('offset')}"
    gone = f"messages {data.get('since')} to {data.get('then')} are gone"
    said = data.get("event", gone)
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return f"{data.get('time', '')}  {passing.name}  {place}  {text}"
