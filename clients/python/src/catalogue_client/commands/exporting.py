"""`catalogue export`: what the catalogue holds, as files that others read."""

from pathlib import Path
from typing import Annotated

import typer

from catalogue_client.commands.options import RETRY_FOR, URL, AsJson, RetryFor, Url, connect, print_json
from catalogue_client.exports import eee
from catalogue_client.items import UnreadableFileError
from catalogue_client.showing import progress, show_table
from catalogue_client.summary import Exit

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write; made where it is missing.")]


def create_commands() -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, help="Write what the catalogue holds into files.")
    app.command("eee", help="Results as Every Eval Ever's records, a file for each model and run.")(
        export_eee
    )
    app.command(
        "parquet",
        help="Models, benchmarks, results, opinions and the rest, a Parquet file each. A file takes the "
        "place of the one before when it is whole, so that it can run every night.",
    )(export_parquet)
    return app


def export_eee(
    folder: Folder, as_json: AsJson = False, url: Url = URL, retry_for: RetryFor = RETRY_FOR
) -> None:
    with connect(url, retry_for) as catalogue, progress("Writing", None) as tick:
        try:
            written = eee.export(catalogue, folder, tick)
        except OSError as error:
            raise _unwritable(folder, error) from error
    _tell({"records": written}, as_json)


def export_parquet(
    folder: Folder, as_json: AsJson = False, url: Url = URL, retry_for: RetryFor = RETRY_FOR
) -> None:
    try:
        from catalogue_client.exports import parquet
    except ImportError:
        typer.echo("Parquet needs another package: pip install 'catalogue-client[parquet]'", err=True)
        raise typer.Exit(Exit.USAGE) from None
    with connect(url, retry_for) as catalogue, progress("Writing", None) as tick:
        try:
            written = parquet.export(catalogue, folder, tick)
        except OSError as error:
            raise _unwritable(folder, error) from error
    _tell(written, as_json)


def _tell(written: dict[str, int], as_json: bool) -> None:
    if as_json:
        print_json(written)
    else:
        show_table("Written", ("what", "count"), written.items())


def _unwritable(folder: Path, error: OSError) -> UnreadableFileError:
    return UnreadableFileError(f"{folder}: cannot be written ({error.strerror or error})")
