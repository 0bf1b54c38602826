"""What several commands take alike."""

import json
import os
from typing import Annotated, Any

import typer

from catalogue_client.client import DEFAULT_URL, Catalogue
from catalogue_client.showing import errors, tell

API_KEY = "CATALOGUE_API_KEY"

Url = Annotated[str, typer.Option("--url", envvar="CATALOGUE_URL", help="Where the catalogue is.")]
RetryFor = Annotated[
    float, typer.Option("--retry-for", min=0, help="Seconds to try again when the catalogue is away.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of tables, for programs.")]
Wait = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait for receipts; 0 does not ask for them.")
]

URL = DEFAULT_URL
RETRY_FOR = 30.0
WAIT = 30.0


def connect(url: str, retry_for: float = RETRY_FOR) -> Catalogue:
    """With the key of the environment, which is never shown."""
    console = errors()
    return Catalogue(url, os.environ.get(API_KEY), retry_for, lambda message: tell(console, message))


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2))
