"""The command's exit codes and what it prints, with a server that answers as it is told."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from catalogue_client.commands import main
from catalogue_client.showing import clean
from local_stack.ports import free_port
from support.answering import Answer, Answering, answering
from support.harness import Json, eee_record, eee_result, events, lm_eval_results, write


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return int(ended.value.code or 0)


def letter(reason: str) -> Json:
    return {"id": 7, "reason": reason, "detail": f"/model '{reason}'", "note": None}


def receipts(path: Path, form: str, statuses: Sequence[Json]) -> dict[str, list[Answer]]:
    """Answers for an import of the file: all accepted, then one receipt each."""
    sent = events(form, path)
    accepted = {"accepted": len(sent), "event_ids": [], "rejected": []}
    asked = "%2C".join(event["event_id"] for event in sent)
    items = [
        {"event_id": event["event_id"], "conflicts": [], **receipt}
        for event, receipt in zip(sent, statuses, strict=True)
    ]
    return {
        "POST /v1/events": [Answer(202, accepted)],
        f"GET /v1/events?ids={asked}": [Answer(200, {"items": items})],
    }


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write(tmp_path / "results.json", lm_eval_results())


RECORDED = {"status": "recorded"}
WAITING = {"status": "waiting", "dead_letter": letter("unknown_model")}


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (RECORDED, 0),
        ({"status": "retracted"}, 0),
        ({"status": "dead_lettered", "dead_letter": letter("constraint")}, 1),
        ({"status": "recorded", "conflicts": [letter("event_id_conflict")]}, 1),
        (WAITING, 3),
        ({"status": "unknown"}, 3),
    ],
)
def test_the_exit_code_says_what_became_of_an_import(
    results: Path, second: Json, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(receipts(results, "lm-eval", [RECORDED, second])) as server:
        arguments = ("import", "lm-eval", results, "--url", server.url, "--wait", 0.3, "--json")
        assert run(*arguments) == code

    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["accepted"]) == (code, 2)


def test_a_conflict_that_comes_after_the_receipt_of_an_earlier_import_is_told(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = receipts(results, "lm-eval", [RECORDED, RECORDED])
    conflict = {"status": "recorded", "conflicts": [letter("event_id_conflict")]}
    [asked] = [name for name in answers if name.startswith("GET")]
    items = answers[asked][0].body["items"]
    answers[asked].append(Answer(200, {"items": [items[0] | conflict, items[1]]}))
    with answering(answers) as server:
        assert run("import", "lm-eval", results, "--url", server.url, "--json") == 1

    told = json.loads(capsys.readouterr().out)
    assert told["statuses"] == {"recorded": 2}
    assert told["refused"][0]["places"] == [f"{results}: results/arc_easy/acc,none"]


def test_what_waits_is_counted_by_name(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(receipts(results, "lm-eval", [WAITING, WAITING])) as server:
        arguments = ("import", "lm-eval", results, "--url", server.url, "--wait", 0.2)
        assert run(*arguments, "--json") == 3
        told = json.loads(capsys.readouterr().out)
        assert run(*arguments) == 3

    assert told["waiting_for"] == [{"kind": "model", "name": "lab/small", "count": 2}]
    assert "lab/small" in capsys.readouterr().out


def test_what_is_rejected_is_told_with_file_and_place(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = [{"pointer": "/metric", "reason": "is not a field that is known here"}]
    rejected = [{"index": index, "errors": errors} for index in (0, 1)]
    body = {"accepted": 0, "event_ids": [], "rejected": rejected}
    with answering({"POST /v1/events": [Answer(422, body)]}) as server:
        assert run("import", "lm-eval", results, "--url", server.url, "--json") == 1

    [told] = json.loads(capsys.readouterr().out)["refused"]
    assert (told["reason"], told["count"]) == ("/metric is not a field that is known here", 2)
    assert told["places"][0] == f"{results}: results/arc_easy/acc,none"


def test_without_waiting_nothing_is_asked_and_accepted_is_enough(results: Path) -> None:
    with answering(receipts(results, "lm-eval", [WAITING, WAITING])) as server:
        assert run("import", "lm-eval", results, "--url", server.url, "--wait", 0) == 0

    assert [each.method for each in server.asked] == ["POST"]


def test_an_import_twice_sends_the_same_bytes(results: Path) -> None:
    with answering(receipts(results, "lm-eval", [RECORDED, RECORDED])) as server:
        for _ in range(2):
            assert run("import", "lm-eval", results, "--url", server.url, "--wait", 0.2) == 0

    first, second = (each.body for each in server.asked if each.method == "POST")
    assert first == second


def test_a_dry_run_prints_the_events_and_asks_nobody(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    assert run("import", "lm-eval", results, "--dry-run", "--url", nowhere) == 0

    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == events("lm-eval", results)


def test_a_dry_run_tells_on_standard_error_what_would_not_be_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skip = eee_result(score_details={"score": None})
    path = write(tmp_path / "r.json", eee_record(evaluation_results=[skip]))
    assert run("import", "eee", path, "--dry-run") == 0

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "has no score (null)" in captured.err


def test_a_refused_model_name_is_an_exit_code_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path / "results.json", lm_eval_results(model_name="./out"))

    assert run("import", "lm-eval", path, "--dry-run") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "unknown-format", "x"),
        ("import", "lm-eval", "missing.json"),
        ("import", "lm-eval"),
        ("import", "aider", "x.yml", "--model", "lab/x"),
        ("import", "lm-eval", "x.json", "--date", "yesterday"),
        ("send", "missing.ndjson"),
        ("receipts", "no-uuid"),
        ("dead-letters", "replay"),
        ("dead-letters", "discard", "1"),
        ("dead-letters", "replay", "1", "--reason", "invalid"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_sent(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert capsys.readouterr().err


def test_a_catalogue_that_is_away_is_an_exit_code_of_its_own(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = ("--url", f"http://127.0.0.1:{free_port()}", "--retry-for", 0)

    assert run("import", "lm-eval", results, *away) == 4
    assert "The same command again is safe" in capsys.readouterr().err
    assert run("receipts", uuid4(), *away) == 4
    assert "CATALOGUE_URL" in capsys.readouterr().err


def test_a_catalogue_without_prices_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = {"x": {"input_cost_per_token": 1, "output_cost_per_token": 1, "litellm_provider": "lab"}}
    path = write(tmp_path / "prices.json", prices)
    with answering({}) as server:
        arguments = ("import", "litellm-prices", path, "--date", "2026-01-01", "--url", server.url)
        assert run(*arguments, "--json") == 1

    [told] = json.loads(capsys.readouterr().out)["refused"]
    assert told["reason"].startswith("this catalogue has no /v1/model-prices")


def page(*items: Any) -> Answer:
    return Answer(200, {"items": items, "next_cursor": None})


def posted(server: Answering, path: str) -> list[Json]:
    return [json.loads(each.body) for each in server.asked if (each.method, each.path) == ("POST", path)]


def test_missing_benchmarks_are_created_and_those_under_another_spelling_are_not(tmp_path: Path) -> None:
    named = ("New One", "MMLU_Pro", "known alias")
    results = [
        eee_result(evaluation_name=name, source_data={"dataset_name": name, "source_type": "other"})
        for name in named
    ]
    path = write(tmp_path / "record.json", eee_record(evaluation_results=results))
    answers = receipts(path, "eee", [RECORDED] * 3) | {
        "GET /v1/benchmarks?limit=200": [page({"name": "mmlu-pro"})],
        "GET /v1/aliases?kind=benchmark&limit=200": [page({"alias": "Known-Alias"})],
        "POST /v1/benchmarks": [Answer(201, {"id": 1})],
    }
    with answering(answers) as server:
        assert run("import", "eee", path, "--create-benchmarks", "--url", server.url, "--wait", 0.2) == 0

    assert posted(server, "/v1/benchmarks") == [{"name": "New One"}]


@pytest.mark.parametrize(
    "content",
    ['{"type": "A"}\n\n{"type": "A", "event_id": "1"}\n', '[{"type": "A"}, {"type": "A", "event_id": "1"}]'],
)
def test_events_without_an_id_get_one_that_is_told(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "events", content)
    accepted = Answer(202, {"accepted": 2, "event_ids": [], "rejected": []})
    with answering({"POST /v1/events": [accepted]}) as server:
        assert run("send", path, "--wait", 0, "--json", "--url", server.url) == 0

    sent = [json.loads(each) for each in server.asked[0].body.splitlines()]
    assert sent[1]["event_id"] == "1"
    assert list(json.loads(capsys.readouterr().out)["made_ids"].values()) == [sent[0]["event_id"]]


def test_what_was_broken_off_is_told_with_what_was_accepted_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(json.dumps({"type": "A", "event_id": str(number)}) + "\n" for number in range(1001))
    accepted = Answer(202, {"accepted": 1000, "event_ids": [], "rejected": []})
    away = Answer(503, {"detail": "Kafka is away"})
    with answering({"POST /v1/events": [accepted, away]}) as server:
        path = write(tmp_path / "events.ndjson", lines)
        assert run("send", path, "--json", "--retry-for", 0, "--url", server.url) == 4

    told = json.loads(capsys.readouterr().out)
    assert told["accepted"] == 1000
    assert "Kafka is away" in told["broken_off"]


def test_a_line_that_is_no_json_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "events.ndjson", '{"type": "A"}\n{"type": \n')

    assert run("send", path) == 2
    assert "events.ndjson: line 2: is no JSON" in capsys.readouterr().err


def test_what_a_file_or_a_server_says_cannot_steer_the_terminal(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[2J[red]\u202e\r\n"
    waiting = {"status": "dead_lettered", "dead_letter": {"id": 1, "reason": evil, "detail": evil}}
    with answering(receipts(results, "lm-eval", [waiting, waiting])) as server:
        assert run("import", "lm-eval", results, "--url", server.url, "--wait", 0.2) == 1

    out = capsys.readouterr().out
    assert "\\x1b[2J[red]\\u202e\\r\\n" in out
    assert not {"\x1b", "\u202e", "\r"} & set(out)
    assert clean("é名 [b]") == "é名 [b]"


def test_a_key_is_taken_from_the_environment(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOGUE_API_KEY", "secret")
    with answering(receipts(results, "lm-eval", [RECORDED, RECORDED])) as server:
        monkeypatch.setenv("CATALOGUE_URL", server.url)
        assert run("import", "lm-eval", results, "--wait", 0.2) == 0

    assert {each.headers["Authorization"] for each in server.asked} == {"Bearer secret"}


def test_filters_of_dead_letters_are_those_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    counted = Answer(200, {"total": 3, "items": [{"reason": "invalid", "status": "open", "count": 3}]})
    replayed = Answer(200, {"matched": 3, "dry_run": True, "outcomes": {"recorded": 3}, "items": []})
    answers = {
        "GET /v1/dead-letters/summary?reason=invalid&model=lab%2Fx": [counted],
        "POST /v1/dead-letters/replay": [replayed],
    }
    with answering(answers) as server:
        filters = ("--reason", "invalid", "--model", "lab/x", "--url", server.url)
        assert run("dead-letters", "summary", *filters) == 0
        assert run("dead-letters", "replay", *filters, "--dry-run") == 0
        assert run("dead-letters", "replay", 1, 2, "--url", server.url, "--json") == 0

    assert "3 dead letters would be replayed" in capsys.readouterr().out
    wanted = {"reason": "invalid", "model": "lab/x"}
    assert posted(server, "/v1/dead-letters/replay") == [
        {"filter": wanted, "dry_run": True},
        {"ids": [1, 2], "dry_run": False},
    ]
