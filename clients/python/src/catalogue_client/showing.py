"""What people see: tables, questions and progress. Nothing from a file or a server can steer the terminal."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from catalogue_client.delivery import Tick

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what is not seen: control characters, marks of direction, halves of pairs."""
PIPE_WIDTH = 200


def output(to_stderr: bool = False) -> Console:
    """Wide where it is no terminal, so that a pipe gets whole lines."""
    console = Console(stderr=to_stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=to_stderr, highlight=False, width=PIPE_WIDTH)


def errors() -> Console:
    return output(to_stderr=True)


def clean(value: object) -> str:
    r"""Text with each character that is not seen as an escape, such as `\x1b`."""
    return "".join(
        each.encode("unicode_escape").decode() if unicodedata.category(each) in STEERING else each
        for each in str(value)
    )


def tell(console: Console, message: object) -> None:
    """As it is: square brackets are no markup here."""
    console.print(Text(clean(message)), soft_wrap=True)


def show_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], to_stderr: bool = False
) -> None:
    """Nothing, where there are no rows."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_in_cell(cell)) for cell in row))
    if table.row_count:
        console = output(to_stderr)
        console.print(Text(clean(title), style="bold"), table)


def _in_cell(value: object) -> str:
    """A list is one line each."""
    if isinstance(value, list):
        return "\n".join(map(clean, value))
    return "" if value is None else clean(value)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Tick]:
    """A bar on standard error, where that is a terminal; `total` is None where nobody knows how many."""
    console = errors()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
