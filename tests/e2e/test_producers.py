"""Two producers, one event id: from their requests to their rows, on a system that asks who is calling."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from catalogue_api.access.keys import parse_key
from support.access import bearer, make_key
from support.api import serving
from support.catalogue import Catalogue, Json
from support.kafka import topics_of
from support.workers import worker


@dataclass
class Producers:
    """Each a catalogue of its own, by a key of its own; all is one system."""

    ann: Catalogue
    bob: Catalogue
    editor: Catalogue
    ids: dict[str, str]

    async def settled(self) -> None:
        """Once all that was sent before has been written: one model's events stay in order."""
        for event in (self.editor.opinion("The marker."), self.editor.result(1)):
            await self.editor.post(event)
            await self.editor.receipt(event["event_id"], "recorded")

    async def opinions(self, event_id: str) -> dict[str, str]:
        """What was said under the id, by producer."""
        rows = await self.editor.opinions()
        return {row["producer"]: row["content"] for row in rows if row["event_id"] == event_id}


@pytest.fixture
async def producers(bootstrap_servers: str, topic_prefix: str, database_url: str) -> AsyncIterator[Producers]:
    kafka = await topics_of(bootstrap_servers, topic_prefix)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving(kafka, database_url, auth="required"))
        for name, settings in (
            ("sentiment_worker", {"SENTIMENT_BACKEND": "vader"}),
            ("ingest_worker", {"DATABASE_URL": database_url}),
        ):
            process = await stack.enter_async_context(worker(name, kafka, **settings))
            await process.ready()
        yield await _producers(stack, api, database_url)


async def _producers(stack: AsyncExitStack, api: httpx.AsyncClient, database_url: str) -> Producers:
    async def client(*scopes: Any) -> tuple[httpx.AsyncClient, str]:
        key = await make_key(database_url, *scopes)
        made = httpx.AsyncClient(base_url=api.base_url, headers=bearer(key), timeout=30)
        return await stack.enter_async_context(made), str(parse_key(key))

    (admin, _), (ann, ann_id), (bob, bob_id) = (
        await client("admin"),
        await client("events:write", "read"),
        await client("events:write", "read"),
    )
    editor = await Catalogue.create(admin, "lab/model", "Bench")
    of_ann, of_bob = (replace(editor, api=each) for each in (ann, bob))
    return Producers(of_ann, of_bob, editor, {"ann": ann_id, "bob": bob_id})


async def test_both_are_recorded_each_has_a_receipt_of_its_own_and_repeats_change_nothing(
    producers: Producers,
) -> None:
    ann, bob, ids = producers.ann, producers.bob, producers.ids
    of_ann = ann.opinion("It is great.")
    of_bob = of_ann | {"content": "It is bad."}
    event_id = of_ann["event_id"]

    await bob.post(of_bob)  # whoever is first occupies nothing
    await ann.post(of_ann)
    await producers.settled()
    said = {ids["ann"]: "It is great.", ids["bob"]: "It is bad."}
    assert await producers.opinions(event_id) == said
    receipts = {name: await who.receipt(event_id) for name, who in (("ann", ann), ("bob", bob))}
    assert {name: receipt["producer"] for name, receipt in receipts.items()} == ids
    for receipt in receipts.values():
        assert (receipt["status"], receipt["conflicts"]) == ("recorded", [])
        row = (await ann.api.get(receipt["location"])).json()
        assert (row["producer"], row["content"]) == (receipt["producer"], said[receipt["producer"]])

    await ann.post(of_ann)
    await bob.post(of_bob, of_bob)
    await producers.settled()
    assert await producers.opinions(event_id) == said
    assert await producers.editor.items("/v1/dead-letters") == []


async def test_a_dead_letter_is_one_producer_s_and_goes_on_as_that_one_s(producers: Producers) -> None:
    ann, bob = producers.ann, producers.bob
    good = ann.result(50, date_tested="2025-01-02")
    waits = good | {"model": f"lab/{uuid4().hex}", "date_tested": "2025-01-03"}
    await bob.post(waits)
    assert (await bob.receipt(good["event_id"]))["status"] == "waiting"
    await ann.post(good)
    await producers.settled()

    assert (await ann.receipt(good["event_id"]))["status"] == "recorded"
    assert (await bob.receipt(good["event_id"]))["status"] == "waiting"
    [letter] = await producers.editor.items("/v1/dead-letters", producer=producers.ids["bob"])
    assert (letter["event_id"], letter["status"]) == (good["event_id"], "open")

    alias = {"kind": "model", "alias": waits["model"], "name": ann.model}
    (await producers.editor.api.post("/v1/aliases", json=alias)).raise_for_status()
    receipt = await bob.receipt(good["event_id"], "recorded")
    assert receipt["producer"] == producers.ids["bob"]
    rows = [row for row in await ann.results() if row["event_id"] == good["event_id"]]
    assert {row["producer"]: row["date_tested"] for row in rows} == {
        producers.ids["ann"]: "2025-01-02",
        producers.ids["bob"]: "2025-01-03",
    }


async def test_another_s_event_cannot_be_retracted(producers: Producers) -> None:
    ann, bob = producers.ann, producers.bob
    result = ann.result(70)
    taking_back: Json = {"type": "SubmissionRetracted", "retracts": result["event_id"], "reason": "Mine!"}
    await ann.post(result)
    await ann.receipt(result["event_id"], "recorded")

    by_bob = taking_back | {"event_id": str(uuid4())}
    await bob.post(by_bob)
    await bob.receipt(by_bob["event_id"], "recorded")
    assert (await ann.receipt(result["event_id"]))["status"] == "recorded"
    assert [row["score"] for row in await ann.results()] == [70]

    by_ann = taking_back | {"event_id": str(uuid4())}
    await ann.post(by_ann)
    await ann.receipt(by_ann["event_id"], "recorded")
    receipt = await ann.receipt(result["event_id"])
    assert (receipt["status"], receipt["retracted_by"]) == ("retracted", by_ann["event_id"])
    assert await ann.results() == []
