"""The client against a server that answers as it is told: what it repeats, and what it gives up."""

import asyncio
import time
from typing import Any

import pytest
from catalogue_client import AsyncCatalogue, Catalogue, CatalogueError, RefusedError, UnreachableError
from catalogue_client.batching import MAX_BATCH, MAX_BATCH_BYTES, batches, line
from local_stack.ports import free_port
from support.answering import Answer, answering

EVENTS = [{"type": "ResultReported", "event_id": str(number)} for number in range(3)]
ACCEPTED = Answer(202, {"accepted": 3, "event_ids": [], "rejected": []})
BUSY = Answer(503, {"detail": "PostgreSQL is away"}, {"Retry-After": "0"})


@pytest.mark.parametrize(
    "busy", [BUSY, Answer(429, {"detail": "too many"}, {"Retry-After": "0"}), Answer(502)]
)
def test_what_the_catalogue_cannot_do_for_now_is_sent_again_with_the_same_ids(busy: Answer) -> None:
    told: list[str] = []
    with (
        answering({"POST /v1/events": [busy, ACCEPTED]}) as server,
        Catalogue(server.url, on_retry=told.append) as catalogue,
    ):
        assert catalogue.send(EVENTS) == []

    first, second = server.asked
    assert first.body == second.body
    assert len(told) == 1
    assert str(busy.status) in told[0]


def test_retry_after_is_waited_for() -> None:
    busy = Answer(503, {"detail": "busy"}, {"Retry-After": "1"})
    with (
        answering({"GET /v1/events/1": [busy, Answer(200, {"status": "recorded"})]}) as server,
        Catalogue(server.url) as catalogue,
    ):
        begun = time.monotonic()
        assert catalogue.receipt("1") == {"status": "recorded"}
        assert time.monotonic() - begun >= 1


def test_a_catalogue_that_stays_away_is_given_up_in_words() -> None:
    with (
        Catalogue(f"http://127.0.0.1:{free_port()}", patience=0.2) as catalogue,
        pytest.raises(UnreachableError, match=r"does not answer.*CATALOGUE_URL"),
    ):
        catalogue.send(EVENTS)


def test_a_catalogue_that_stays_busy_is_given_up_with_what_it_said() -> None:
    with (
        answering({"POST /v1/events": [BUSY]}) as server,
        Catalogue(server.url, patience=0.2) as catalogue,
        pytest.raises(UnreachableError, match="PostgreSQL is away"),
    ):
        catalogue.send(EVENTS)


@pytest.mark.parametrize("status", [202, 422])
def test_rejected_events_are_told_with_their_place_also_where_none_is_valid(status: int) -> None:
    errors = [{"pointer": "/score", "reason": "is required"}, {"pointer": "/x", "reason": "is unknown"}]
    answer = Answer(status, {"accepted": 0, "event_ids": [], "rejected": [{"index": 1, "errors": errors}]})
    with answering({"POST /v1/events": [answer]}) as server, Catalogue(server.url) as catalogue:
        [rejection] = catalogue.send(EVENTS)

    assert (rejection.index, rejection.reason) == (1, "/score is required; /x is unknown")


def test_a_refusal_says_what_the_catalogue_said_and_is_not_repeated() -> None:
    answer = Answer(400, {"detail": "is wrong", "errors": [{"pointer": "/a", "reason": "is odd"}]})
    with (
        answering({"POST /v1/aliases": [answer]}) as server,
        Catalogue(server.url) as catalogue,
        pytest.raises(RefusedError, match=r"is wrong \(/a is odd\)"),
    ):
        catalogue.post("/v1/aliases", {})
    assert len(server.asked) == 1


def test_a_list_is_read_page_after_page() -> None:
    pages: dict[str, Any] = {
        "GET /v1/aliases?kind=model": [Answer(200, {"items": [{"id": 1}], "next_cursor": "c"})],
        "GET /v1/aliases?kind=model&cursor=c": [Answer(200, {"items": [{"id": 2}], "next_cursor": None})],
    }
    with answering(pages) as server, Catalogue(server.url) as catalogue:
        assert list(catalogue.items("/v1/aliases", kind="model")) == [{"id": 1}, {"id": 2}]


def test_the_api_key_is_sent_and_never_told() -> None:
    with (
        answering({"POST /v1/events": [ACCEPTED]}) as server,
        Catalogue(server.url, api_key="secret") as catalogue,
    ):
        catalogue.send(EVENTS)
        assert "secret" not in repr(catalogue)

    assert server.asked[0].headers["Authorization"] == "Bearer secret"


def test_batches_are_small_enough_and_hold_everything_in_order() -> None:
    rows = [{"number": number, "text": "x" * 10_000} for number in range(2 * MAX_BATCH)]
    cut = list(batches(rows))

    assert [row for _, batch in cut for row in batch] == rows
    assert [start for start, _ in cut] == [sum(len(batch) for _, batch in cut[:at]) for at in range(len(cut))]
    for _, batch in cut:
        assert len(batch) <= MAX_BATCH
        assert sum(len(line(row)) for row in batch) <= MAX_BATCH_BYTES


def test_a_row_that_is_too_large_by_itself_is_a_batch_of_its_own() -> None:
    rows = [{"a": "x" * (MAX_BATCH_BYTES + 1)}, {"a": "y"}]
    assert [len(batch) for _, batch in batches(rows)] == [1, 1]
    assert list(batches([])) == []


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://x:port", "nonsense"])
def test_what_is_no_address_is_told_at_once(url: str) -> None:
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match="is no address"), Catalogue(url) as catalogue:
        catalogue.receipt("1")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("answer", [Answer(200, {"ok": True}), Answer(200, [1]), Answer(200)])
def test_another_server_is_told_from_a_catalogue(answer: Answer) -> None:
    answers = {name: [answer] for name in ("POST /v1/events", "GET /v1/events/1", "GET /v1/aliases")}
    with answering(answers) as server, Catalogue(server.url) as catalogue:
        for ask in (
            lambda: catalogue.send(EVENTS),
            lambda: catalogue.receipt("1"),
            lambda: list(catalogue.items("/v1/aliases")),
        ):
            with pytest.raises(CatalogueError, match="is this a catalogue"):
                ask()


def test_a_missing_key_says_where_it_is_taken_from() -> None:
    answer = Answer(401, {"detail": "A key is needed."})
    with (
        answering({"POST /v1/events": [answer]}) as server,
        Catalogue(server.url) as catalogue,
        pytest.raises(RefusedError, match=r"A key is needed.*CATALOGUE_API_KEY"),
    ):
        catalogue.send(EVENTS)


async def test_the_client_for_asyncio_leaves_the_loop_free() -> None:
    slow = Answer(503, {"detail": "busy"}, {"Retry-After": "1"})
    with answering({"POST /v1/events": [slow, ACCEPTED]}) as server:
        async with AsyncCatalogue(Catalogue(server.url)) as catalogue:
            sending = asyncio.create_task(catalogue.send(EVENTS))
            await asyncio.sleep(0)
            assert not sending.done()
            assert await sending == []
