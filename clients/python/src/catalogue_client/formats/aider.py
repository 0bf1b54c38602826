"""Aider's polyglot leaderboard: `polyglot_leaderboard.yml`, a list of runs.

https://github.com/Aider-AI/aider/blob/main/aider/website/_data/polyglot_leaderboard.yml
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalogue_client.events import ResultReported, Setting
from catalogue_client.formats.loading import flat, load_yaml, moment, table, text
from catalogue_client.items import Item, Options, OtherFormatError, Skipped, UnreadableFileError, dated, found

BENCHMARK = "Aider polyglot"
POLYGLOT = "polyglot_leaderboard"
URL = "https://aider.chat/docs/leaderboards/"
REQUIRED = {"model", "edit_format", "pass_rate_2", "test_cases"}
METRICS = (("pass_rate_1", "percent", True), ("pass_rate_2", "percent", True), ("total_cost", "usd", False))
KEPT = ("edit_format", "editor_model", "editor_edit_format", "reasoning_effort", "thinking_tokens", "command")

EFFORTS = {"minimal", "low", "medium", "high", "xhigh", "max"}
EDIT_FORMATS = {"diff", "diff-fenced", "whole", "udiff", "architect"}
THINKING = re.compile(r"^(?P<how>no|default|\d+k) think(ing)?( tokens)?$")
IN_PARENTHESES = re.compile(r"^(?P<name>.+?) \((?P<setting>[^()]+)\)$")


def read(path: Path, options: Options) -> Iterator[Item]:
    """Pass rates and the cost of each run. Raises UnreadableFileError."""
    runs = load_yaml(path)
    if not isinstance(runs, list) or not runs or not all(table(run).keys() >= REQUIRED for run in runs):
        raise OtherFormatError(
            f"{path}: is no leaderboard of Aider: no list of runs, each with {', '.join(sorted(REQUIRED))}"
        )
    if not path.name.startswith(POLYGLOT) and not options.benchmark:
        raise UnreadableFileError(
            f"{path}: {POLYGLOT}.yml is read; name the benchmark of another leaderboard with --benchmark"
        )
    for run in map(table, runs):
        yield from _run(run, f"{path}: {run.get('dirname') or run['model']}", options)


def _run(run: dict[str, Any], place: str, options: Options) -> Iterator[Item]:
    named = str(run["model"])
    name, settings = split_name(named, has_editor=bool(run.get("editor_model")))
    cases = run.get("test_cases")
    base = ResultReported(
        model=name,
        benchmark=options.benchmark or BENCHMARK,
        score=0,
        source=options.source or URL,
        source_url=URL,
        harness="aider",
        harness_version=text(run.get("versions")),
        evaluator=options.evaluator or "Aider",
        evaluator_relationship="third_party",
        n=cases if isinstance(cases, int) else None,
        run_id=text(run.get("dirname")),
        settings={**settings, **flat({key: run.get(key) for key in KEPT})},
        **dated(moment(run.get("date")), options),
    )
    for metric, unit, higher in METRICS:
        if metric == "total_cost" and run.get(metric) in {None, 0}:
            yield Skipped("the cost was not known (0)", f"{place}/{metric}")
            continue
        event = replace(base, metric=metric, unit=unit, higher_is_better=higher)
        yield found(run.get(metric), event, f"{place}/{metric}", named)


def split_name(named: str, has_editor: bool) -> tuple[str, dict[str, Setting]]:
    """The model's name without the settings behind it; a parenthesis that is a version, `(0324)`, stays.

    Of `o3 (high) + gpt-4.1`, where the run names an editor's model, that is no part of the name.
    """
    name = named.split(" + ", 1)[0] if has_editor else named
    match = IN_PARENTHESES.match(name)
    setting = _setting(match["setting"].strip().lower()) if match else None
    return (match["name"], setting) if match and setting is not None else (name, {})


def _setting(words: str) -> dict[str, Setting] | None:
    if words in EFFORTS:
        return {"reasoning_effort": words}
    if words in EDIT_FORMATS:
        return {"edit_format": words}
    if words == "default":
        return {"thinking": "default"}
    match = THINKING.match(words)
    return {"thinking": match["how"]} if match else None
