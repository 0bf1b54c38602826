"""The command `catalogue` against the whole system, as a process of its own."""

import json
import os
import pty
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from support.harness import EEE_SCHEMA, eee_record, eee_result, write
from support.system import System

SCHEMA = Draft202012Validator(EEE_SCHEMA)
COMMAND = str(Path(sys.executable).with_name("catalogue"))
Json = dict[str, Any]


class Cli:
    """Runs the command against one system."""

    def __init__(self, url: str) -> None:
        self.environment = os.environ | {"CATALOGUE_URL": url}

    def run(self, *arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            input=stdin,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def told(self, *arguments: object, code: int = 0, stdin: str = "") -> Json:
        """The one JSON object that a command prints."""
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.returncode == code, done.stdout + done.stderr
        told: Json = json.loads(done.stdout)
        return told


@pytest.fixture
def cli(system: System) -> Cli:
    return Cli(system.api_url)


@pytest.fixture
def api(system: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.api_url, timeout=30) as client:
        yield client


@pytest.fixture
def unique() -> str:
    return uuid.uuid4().hex[:12]


@pytest.fixture
def names(api: httpx.Client, unique: str) -> tuple[str, str]:
    """A model and a benchmark that are there."""
    model, benchmark = f"lab-{unique}/one", f"Bench {unique}"
    api.post("/v1/models", json={"name": model, "organization": "lab"}).raise_for_status()
    api.post("/v1/benchmarks", json={"name": benchmark}).raise_for_status()
    return model, benchmark


def result(model: str, benchmark: str, **fields: Any) -> Json:
    known = {"type": "ResultReported", "event_id": str(uuid.uuid4()), "model": model, "benchmark": benchmark}
    return known | {"score": 0.5} | fields


def as_lines(*events: Json) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def test_events_are_sent_and_become_rows_once_however_often(cli: Cli, names: tuple[str, str]) -> None:
    event = result(*names)
    for _ in range(2):
        told = cli.told("send", "-", stdin=as_lines(event))
        assert told["statuses"] == {"recorded": 1}

    shown = cli.run("receipts", event["event_id"])
    assert shown.returncode == 0
    assert "it is at /v1/results/" in shown.stdout


def test_another_value_under_one_id_is_refused(cli: Cli, names: tuple[str, str]) -> None:
    event = result(*names)
    cli.told("send", "-", stdin=as_lines(event))
    other = as_lines(event | {"score": 0.9})

    deadline = time.monotonic() + 60  # of a busy system the first answer may come before the refusal
    while (done := cli.run("send", "-", "--json", stdin=other)).returncode != 1:
        assert time.monotonic() < deadline, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["statuses"] == {"recorded": 1}
    assert told["refused"][0]["reason"].startswith("event_id_conflict")


def test_what_is_not_valid_is_refused_and_the_rest_is_recorded(cli: Cli, names: tuple[str, str]) -> None:
    wrong = result(*names) | {"score": "high"}
    told = cli.told("send", "-", code=1, stdin=as_lines(result(*names), wrong))

    assert told["statuses"] == {"recorded": 1}
    assert told["refused"][0]["places"] == ["-: line 2"]


def test_a_result_waits_for_its_model_and_goes_on_when_a_person_says_which(
    cli: Cli, names: tuple[str, str], unique: str
) -> None:
    model, benchmark = names
    alias = f"one of {unique}"
    event = result(alias, benchmark)
    told = cli.told("send", "-", code=3, stdin=as_lines(event))
    assert told["waiting_for"] == [{"kind": "model", "name": alias, "count": 1}]
    [waiting] = [each for each in cli.told("unresolved")["items"] if each["name"] == alias]
    assert waiting["count"] == 1

    assert model in waiting["suggestions"]
    resolve_on_a_terminal(cli, alias, str(waiting["suggestions"].index(model) + 1))

    deadline = time.monotonic() + 60
    while cli.run("receipts", event["event_id"]).returncode != 0:
        assert time.monotonic() < deadline
    assert alias not in [each["name"] for each in cli.told("unresolved")["items"]]


def on_a_terminal(cli: Cli, *arguments: object, ready: str, answer: Callable[[str], str]) -> int:
    """Answer whenever `ready` was shown. Returns the exit code."""
    terminal, process_side = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        env=cli.environment,
        stdin=process_side,
        stdout=process_side,
        stderr=process_side,
    )
    os.close(process_side)
    shown = ""
    try:
        while True:
            try:
                shown += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # the process has closed its side
                break
            if ready in shown:
                os.write(terminal, answer(shown).encode() + b"\n")
                shown = ""
    finally:
        os.close(terminal)
        code = process.wait(60)
    return code


def resolve_on_a_terminal(cli: Cli, name: str, answer: str) -> None:
    """Skip all names but `name`."""

    def choose(shown: str) -> str:
        return answer if f"{name!r}: " in shown else "s"

    assert on_a_terminal(cli, "unresolved", ready="[q]uit [s]: ", answer=choose) == 0


def test_a_new_benchmark_is_made_of_a_name_that_events_wait_for(
    cli: Cli, api: httpx.Client, names: tuple[str, str], unique: str
) -> None:
    benchmark = f"New {unique}"
    event = result(names[0], benchmark)
    cli.told("send", "-", code=3, stdin=as_lines(event))

    resolve_on_a_terminal(cli, benchmark, "n")
    assert api.get(f"/v1/benchmarks/{benchmark}").status_code == httpx.codes.OK


def test_giving_up_what_a_filter_chooses_is_asked_for_on_a_terminal(
    cli: Cli, names: tuple[str, str], unique: str
) -> None:
    model = f"nobody-{unique}/none"
    cli.told("send", "-", code=3, stdin=as_lines(result(model, names[1])))
    arguments = ("dead-letters", "discard", "--model", model, "--note", "from a test")
    still_open = ("dead-letters", "list", "--model", model, "--status", "open")

    assert on_a_terminal(cli, *arguments, ready="[y/N]: ", answer=lambda _: "n") == 1
    assert len(cli.told(*still_open)["items"]) == 1
    assert on_a_terminal(cli, *arguments, ready="[y/N]: ", answer=lambda _: "y") == 0
    assert cli.told(*still_open)["items"] == []


def test_dead_letters_are_counted_shown_replayed_and_given_up(
    cli: Cli, names: tuple[str, str], unique: str
) -> None:
    model = f"nobody-{unique}/none"
    cli.told("send", "-", code=3, stdin=as_lines(result(model, names[1])))
    mine = ("--model", model)

    assert cli.told("dead-letters", "summary", *mine)["total"] == 1
    [letter] = cli.told("dead-letters", "list", *mine)["items"]
    shown = cli.run("dead-letters", "show", letter["id"])
    assert "unknown_model" in shown.stdout
    assert model in shown.stdout
    foretold = cli.told("dead-letters", "replay", letter["id"], "--dry-run")
    assert foretold["outcomes"] == {"unknown_model": 1}
    given_up = cli.told("dead-letters", "discard", *mine, "--note", "from a test", "--yes")
    assert given_up["matched"] == 1
    assert cli.told("dead-letters", "list", *mine, "--status", "open")["items"] == []


def test_an_unknown_filter_value_is_told_in_the_words_of_the_api(cli: Cli) -> None:
    done = cli.run("dead-letters", "list", "--reason", "bad luck")

    assert done.returncode == 1
    assert "query:reason" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_import_creates_missing_benchmarks_once(
    cli: Cli, api: httpx.Client, unique: str, tmp_path: Path
) -> None:
    benchmark = f"Quiz {unique}"
    imported = eee_result(evaluation_name=benchmark, source_data={"dataset_name": benchmark})
    path = write(tmp_path / "record.json", eee_record(evaluation_results=[imported]))
    options = ("--create-benchmarks", "--wait", 0)

    first = cli.run("import", "eee", path, *options, "--json")
    second = cli.run("import", "eee", path, *options, "--json")
    assert json.loads(first.stdout)["created_benchmarks"] == [benchmark]
    assert json.loads(second.stdout)["created_benchmarks"] == []
    assert api.get(f"/v1/benchmarks/{benchmark}").status_code == httpx.codes.OK


def test_models_are_imported_and_again_nothing_changes(
    cli: Cli, api: httpx.Client, unique: str, tmp_path: Path
) -> None:
    write(tmp_path / f"models/lab-{unique}/x.toml", 'name = "X"\nfamily = "x"\nrelease_date = "2025-01-31"')

    first = cli.told("import", "models-dev", tmp_path)
    second = cli.told("import", "models-dev", tmp_path)
    assert first["imports"] == {"/v1/models/import": {"created": 1, "updated": 0, "unchanged": 0}}
    assert second["imports"] == {"/v1/models/import": {"created": 0, "updated": 0, "unchanged": 1}}
    model = api.get(f"/v1/models/lab-{unique}/x").json()
    assert (model["display_name"], model["metadata"]) == ("X", {"family": "x"})


def test_an_import_is_recorded_once_however_often(
    cli: Cli, api: httpx.Client, names: tuple[str, str], tmp_path: Path
) -> None:
    model, benchmark = names
    content = f"- dataset: {{id: {benchmark}, task_id: default}}\n  value: 20.9\n  date: '2025-01-15'\n"
    path = write(tmp_path / ".eval_results/bench.yaml", content)
    for _ in range(2):
        told = cli.told("import", "hf-eval-results", tmp_path, "--model", model)
        assert told["statuses"] == {"recorded": 1}

    [row] = api.get("/v1/results", params={"model": model}).json()["items"]
    assert (row["score"], row["date_tested"], row["source"]) == (20.9, "2025-01-15", "huggingface.co")
    shown = cli.run("import", "hf-eval-results", path, "--model", model)
    assert shown.returncode == 0
    assert "recorded" in shown.stdout


def test_results_are_exported_and_imported_again_and_nothing_changes(
    cli: Cli, api: httpx.Client, names: tuple[str, str], tmp_path: Path
) -> None:
    settings = {"shots": 5, "effort": "high"}
    measured: Json = {"metric": "accuracy", "unit": "fraction", "stderr": 0.01, "settings": settings}
    sent = [result(*names, score=score / 10, **measured, evaluator=f"lab {score}") for score in range(5)]
    cli.told("send", "-", stdin=as_lines(*sent))
    before = api.get("/v1/results", params={"model": names[0], "format": "ndjson"}).text
    exported = tmp_path / "results.ndjson"
    exported.write_text(before, encoding="utf-8")

    told = cli.told("import", "catalogue", exported)
    assert told["statuses"] == {"recorded": 5}
    assert api.get("/v1/results", params={"model": names[0], "format": "ndjson"}).text == before


def test_results_are_exported_as_records_of_every_eval_ever(
    cli: Cli, names: tuple[str, str], tmp_path: Path
) -> None:
    cli.told("send", "-", stdin=as_lines(result(*names, metric="error", higher_is_better=False, n=7)))
    cli.told("export", "eee", tmp_path)
    organization, _, name = names[0].partition("/")
    [path] = (tmp_path / organization / name).glob("*.json")
    record = json.loads(path.read_text(encoding="utf-8"))
    assert list(SCHEMA.iter_errors(record)) == []
    [found] = record["evaluation_results"]
    assert (found["score_details"]["score"], found["metric_config"]["lower_is_better"]) == (0.5, True)


def test_everything_is_dumped_as_parquet(cli: Cli, names: tuple[str, str], tmp_path: Path) -> None:
    event = result(*names, settings={"shots": 5}, date_tested="2025-06-01")
    cli.told("send", "-", stdin=as_lines(event))
    for _ in range(2):
        counts = cli.told("export", "parquet", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.parquet" for name in counts}
    results = pq.read_table(tmp_path / "results.parquet")
    assert results.num_rows == counts["results"]
    [row] = [row for row in results.to_pylist() if row["event_id"] == event["event_id"]]
    assert (row["score"], row["date_tested"], row["settings"]) == (0.5, date(2025, 6, 1), '{"shots": 5}')
    models = pq.read_table(tmp_path / "models.parquet").column("name").to_pylist()
    assert names[0] in models
