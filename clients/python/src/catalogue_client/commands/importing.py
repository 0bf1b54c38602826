"""`catalogue import`: what harnesses and leaderboards write, as events and reference data."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from catalogue_client.batching import line
from catalogue_client.commands.options import (
    RETRY_FOR,
    URL,
    WAIT,
    AsJson,
    RetryFor,
    Url,
    Wait,
    connect,
    print_json,
)
from catalogue_client.commands.reporting import show_reasons, show_summary
from catalogue_client.formats import FORMATS, Format
from catalogue_client.importing import run_import
from catalogue_client.items import Options
from catalogue_client.reading import Gathered, files_in, gather
from catalogue_client.showing import errors, progress, tell
from catalogue_client.summary import EXIT_CODES, Summary

FORMAT_LIST = "\n".join(f"{name:16} {form.summary}" for name, form in FORMATS.items())
HELP = f"""Import what evaluation harnesses and leaderboards write.

Importing the same files again changes nothing: the ids of events are made of what they say.

\b
{FORMAT_LIST}

{EXIT_CODES}"""


def _format(name: str) -> str:
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(FORMATS)}")
    return name


FormatName = Annotated[
    str,
    typer.Argument(
        metavar="FORMAT",
        help=f"One of {', '.join(FORMATS)}.",
        callback=_format,
        autocompletion=lambda: list(FORMATS),
    ),
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders to walk through.")]
Model = Annotated[
    str | None, typer.Option(help="Which model it is, where the file names a local path or none.")
]
Date = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="When it was tested, where the file does not say."),
]
Benchmark = Annotated[str | None, typer.Option(help="The benchmark, of another of Aider's leaderboards.")]
Source = Annotated[str | None, typer.Option(help="Where it comes from, instead of what the format says.")]
Evaluator = Annotated[str | None, typer.Option(help="Who ran it, where the file does not say.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the events as NDJSON, and send nothing.")]
CreateBenchmarks = Annotated[
    bool, typer.Option("--create-benchmarks", help="Create the benchmarks that the catalogue does not have.")
]


def import_files(
    form: FormatName,
    files: Files,
    model: Model = None,
    date: Date = None,
    benchmark: Benchmark = None,
    source: Source = None,
    evaluator: Evaluator = None,
    wait: Wait = WAIT,
    dry_run: DryRun = False,
    create_benchmarks: CreateBenchmarks = False,
    as_json: AsJson = False,
    url: Url = URL,
    retry_for: RetryFor = RETRY_FOR,
) -> None:
    if model and not FORMATS[form].one_model:
        raise typer.BadParameter(f"--model is for files of one model's results; {form} names many")
    day = date.replace(tzinfo=UTC).date() if date else None
    options = Options(model=model, benchmark=benchmark, date=day, source=source, evaluator=evaluator)
    gathered = _read(files, FORMATS[form], options)
    if dry_run:
        _print_dry_run(gathered)
        return
    with (
        connect(url, retry_for) as catalogue,
        progress("Sending and waiting", len(gathered.found) * (2 if wait else 1)) as tick,
    ):
        summary = run_import(catalogue, gathered, wait, create_benchmarks, tick)
    finish(summary, as_json)


def finish(summary: Summary, as_json: bool) -> None:
    if as_json:
        print_json(summary.as_json())
    else:
        show_summary(summary)
    raise typer.Exit(summary.exit_code)


def _read(paths: list[Path], form: Format, options: Options) -> Gathered:
    files = list(files_in(paths, form))
    with progress("Reading", len(files)) as tick:
        return gather(files, form, options, lambda: tick(1))


def _print_dry_run(gathered: Gathered) -> None:
    """Events and rows on standard output, what is not sent on standard error."""
    for record in gathered.records:
        typer.echo(line({"import": record.path, "row": record.fields}), nl=False)
    for found in gathered.found:
        typer.echo(line(found.event.as_json()), nl=False)
    summary = Summary(asked=False, repeated=gathered.repeated)
    summary.add_items(gathered.skipped, gathered.refused)
    show_reasons(summary, to_stderr=True)
    tell(errors(), f"{len(gathered.found)} events and {len(gathered.records)} rows; nothing was sent.")
    raise typer.Exit(summary.exit_code)
