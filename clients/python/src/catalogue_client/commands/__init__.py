"""The command `catalogue`."""

import sys
from collections.abc import Sequence

import typer

from catalogue_client.answers import CatalogueError, UnreachableError
from catalogue_client.commands import (
    dead_letters,
    exporting,
    importing,
    receipts,
    sending,
    tailing,
    unresolved,
)
from catalogue_client.items import UnreadableFileError
from catalogue_client.showing import errors, tell
from catalogue_client.summary import Exit


def create_app() -> typer.Typer:
    app = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Send to the AI Model Catalogue, and see what became of it. CATALOGUE_URL says where it is, "
        "CATALOGUE_API_KEY holds the key where it asks for one.",
    )
    app.command("import", help=importing.HELP)(importing.import_files)
    app.command("send", help=sending.HELP)(sending.send)
    app.command("receipts", help=receipts.HELP)(receipts.receipts)
    app.command("tail", help=tailing.HELP)(tailing.tail)
    app.command("unresolved", help=unresolved.HELP)(unresolved.unresolved)
    app.add_typer(exporting.create_commands(), name="export")
    app.add_typer(dead_letters.create_commands(), name="dead-letters")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Exits with a code of `Exit`; what went wrong is on standard error in words."""
    try:
        create_app()(args=arguments)
    except UnreadableFileError as error:
        _fail(error, Exit.USAGE)
    except UnreachableError as error:
        _fail(error, Exit.UNREACHABLE)
    except CatalogueError as error:
        _fail(error, Exit.REFUSED)


def _fail(error: Exception, code: Exit) -> None:
    tell(errors(), error)
    sys.exit(code)
