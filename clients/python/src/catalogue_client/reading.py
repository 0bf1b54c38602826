"""From files and folders to what is to be sent, read whole before anything is sent."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalogue_client.formats import Format
from catalogue_client.items import (
    Found,
    Item,
    Options,
    OtherFormatError,
    Record,
    Refused,
    Skipped,
    UnreadableFileError,
)


@dataclass(slots=True)
class Gathered:
    """What the files hold: each event once."""

    found: list[Found] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    repeated: int = 0


def files_in(paths: Iterable[Path], form: Format) -> Iterator[tuple[Path, bool]]:
    """What to read, in order of names, and whether a person named it. Raises UnreadableFileError."""
    for path in paths:
        if not path.exists():
            raise UnreadableFileError(f"{path}: there is no such file or folder")
        if path.is_dir():
            within = sorted(_within(path, form))
            if not within:
                raise UnreadableFileError(f"{path}: holds no file named {' or '.join(form.patterns)}")
            yield from ((each, False) for each in within)
        else:
            yield (path.parent if form.is_folder else path), True


def _within(folder: Path, form: Format) -> set[Path]:
    """Also where `folder` is itself a part of the pattern: `.eval_results` for `.eval_results/*.yaml`."""
    matching = {file for pattern in form.patterns for file in folder.rglob(pattern)}
    matching |= {
        file
        for pattern in form.patterns
        if "/" in pattern and folder.resolve().name == pattern.split("/")[0]
        for file in folder.glob(pattern.split("/")[1])
    }
    return {file.parent if form.is_folder else file for file in matching if file.is_file()}


def gather(
    files: Sequence[tuple[Path, bool]], form: Format, options: Options, tick: Callable[[], None]
) -> Gathered:
    """Raises UnreadableFileError, of a folder's files only for those that are of the format."""
    gathered = Gathered()
    for path, is_named in files:
        try:
            for item in form.read(path, options):
                _sort(item, gathered)
        except OtherFormatError:
            if is_named:
                raise
            gathered.skipped.append(Skipped("is a file of another format", str(path)))
        tick()
    _refuse_mixed_models(gathered, options)
    gathered.found = list(_each_once(gathered))
    gathered.records = list(_each_row_once(gathered))
    return gathered


def _sort(item: Item, gathered: Gathered) -> None:
    match item:
        case Found():
            gathered.found.append(item)
        case Record():
            gathered.records.append(item)
        case Skipped():
            gathered.skipped.append(item)
        case Refused():
            gathered.refused.append(item)


def _refuse_mixed_models(gathered: Gathered, options: Options) -> None:
    """`--model` must not join what files name differently."""
    names = Counter(found.named for found in gathered.found)
    if options.model and len(names) > 1:
        some = ", ".join(sorted(names)[:5])
        raise UnreadableFileError(
            f"--model {options.model} would join {len(names)} models: {some}. Import one model at a time"
        )


def _each_once(gathered: Gathered) -> Iterator[Found]:
    """The first of those with one id; one with another value is refused."""
    seen: dict[object, Found] = {}
    for found in gathered.found:
        first = seen.setdefault(found.event.event_id, found)
        if first is found:
            yield found
        elif first.event == found.event:
            gathered.repeated += 1
        else:
            reason = f"is the same measurement as {first.place}, with another value: only that one is sent"
            gathered.refused.append(Refused(reason, found.place))


def _each_row_once(gathered: Gathered) -> Iterator[Record]:
    """The first of those for one model, and for one price."""
    seen: set[tuple[object, ...]] = set()
    for record in gathered.records:
        key = (
            record.path,
            *(record.fields.get(name) for name in ("name", "model", "provider", "valid_from")),
        )
        if key in seen:
            gathered.repeated += 1
        else:
            seen.add(key)
            yield record
