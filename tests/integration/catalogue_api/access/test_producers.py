"""Whose event it is: as it is published, and as a receipt tells it to whoever asks."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import ConsumerRecord
from catalogue_api.access.keys import parse_key
from catalogue_messaging.envelope import header
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.tables import DeadLetterRow, Model, Opinion, Retraction
from catalogue_schema.topics import OPINIONS_SUBMITTED
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from support.access import bearer, make_key, make_user, open_session
from support.api import published, serving

OTHER = UUID(int=7)
EVENT_ID = UUID("0198f000-0000-7000-8000-000000000001")
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
CLOUDEVENT, CLOUDEVENTS = "application/cloudevents+json", "application/cloudevents-batch+json"


def producer_of(message: ConsumerRecord) -> str | None:
    return header(list(message.headers), "ce_producer")


def cloudevent(model: str) -> dict[str, Any]:
    """That claims to be another's."""
    attributes = {"specversion": "1.0", "id": str(uuid4()), "source": "/s", "type": "OpinionSubmitted"}
    return {**attributes, "producer": str(OTHER), "data": {"model": model, "content": "Good."}}


async def test_an_event_is_published_as_that_of_the_key_or_user_who_sent_it(
    guarded: httpx.AsyncClient, kafka: KafkaSettings, database_url: str, model: str
) -> None:
    key, user = await make_key(database_url, "events:write"), await make_user(database_url, "producer")
    session = {"Cookie": f"catalogue_session={await open_session(database_url, user)}"}
    event = {"type": "OpinionSubmitted", "model": model, "content": "Good."}
    for headers in (bearer(key), session):
        (await guarded.post("/v1/events", json=[event], headers=headers)).raise_for_status()
        single = {name: value for name, value in event.items() if name != "type"}
        (await guarded.post("/v1/opinions", json=single, headers=headers)).raise_for_status()

    found = [producer_of(each) for each in await published(kafka, OPINIONS_SUBMITTED, model)]
    assert found == [str(parse_key(key))] * 2 + [str(user.id)] * 2


async def test_nobody_can_claim_another_s_event(
    guarded: httpx.AsyncClient, kafka: KafkaSettings, database_url: str, model: str
) -> None:
    key = await make_key(database_url, "events:write")
    claiming = {**bearer(key), "ce-producer": str(OTHER), "ce_producer": str(OTHER)}
    one, many = cloudevent(model), [cloudevent(model), cloudevent(model)]
    for path, body, content_type in (
        ("/v1/opinions", one, CLOUDEVENT),
        ("/v1/events", one, CLOUDEVENT),
        ("/v1/events", many, CLOUDEVENTS),
    ):
        answer = await guarded.post(path, json=body, headers={**claiming, "Content-Type": content_type})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    binary = {f"ce-{name}": str(value) for name, value in one.items() if name != "data"}
    (await guarded.post("/v1/opinions", json=one["data"], headers=claiming | binary)).raise_for_status()

    found = [producer_of(each) for each in await published(kafka, OPINIONS_SUBMITTED, model)]
    assert found == [str(parse_key(key))] * 5
    bare = {"model": model, "content": "Good.", "producer": str(OTHER)}
    answer = await guarded.post("/v1/opinions", json=bare, headers=bearer(key))
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/producer"]


async def test_where_nobody_is_asked_only_who_says_who_they_are_is_named(
    api: httpx.AsyncClient, kafka: KafkaSettings, database_url: str, model: str
) -> None:
    key = await make_key(database_url, "read")
    event = cloudevent(model)
    for headers in ({}, bearer(key)):
        content_type = {"Content-Type": CLOUDEVENT}
        (await api.post("/v1/opinions", json=event, headers=headers | content_type)).raise_for_status()

    found = [producer_of(each) for each in await published(kafka, OPINIONS_SUBMITTED, model)]
    assert found == [None, str(parse_key(key))]


class Told:
    """What receipts of one id say to whoever asks."""

    def __init__(self, api: httpx.AsyncClient, engine: AsyncEngine, model_id: int) -> None:
        self._api, self._engine, self._model_id = api, engine, model_id

    async def add(self, row: SQLModel) -> None:
        async with AsyncSession(self._engine) as session:
            session.add(row)
            await session.commit()

    async def opinion(self, producer: UUID | None) -> None:
        await self.add(Opinion(model_id=self._model_id, content="x", event_id=EVENT_ID, producer=producer))

    async def letter(self, producer: UUID | None, reason: str = "invalid") -> None:
        place: dict[str, Any] = {"topic": "catalogue.results.reported.v1", "partition": 0, "offset": 1}
        failed = {**place, "reason": reason, "detail": "d", "exception_class": "E"}
        await self.add(DeadLetterRow(event_id=EVENT_ID, producer=producer, **failed))

    async def retraction(self, producer: UUID | None) -> None:
        said: dict[str, Any] = {
            "event_id": uuid4(),
            "occurred_at": NOON,
            "retracts": EVENT_ID,
            "reason": "Wrong",
        }
        await self.add(Retraction(**said, producer=producer))

    async def to(self, headers: dict[str, str]) -> tuple[str, str | None]:
        """Status and producer, of one id as of several."""
        one = (await self._api.get(f"/v1/events/{EVENT_ID}", headers=headers)).raise_for_status().json()
        several = await self._api.get("/v1/events", params={"ids": str(EVENT_ID)}, headers=headers)
        assert several.json()["items"] == [one]
        return one["status"], one["producer"]


@pytest.fixture
async def told(guarded: httpx.AsyncClient, engine: AsyncEngine) -> Told:
    return await told_by(guarded, engine)


async def told_by(api: httpx.AsyncClient, engine: AsyncEngine) -> Told:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        session.add(model := Model(name="lab/a", organization="lab"))
        await session.commit()
    assert model.id is not None
    return Told(api, engine, model.id)


async def test_a_receipt_is_of_the_own_event_then_of_everybody_s_then_of_another_s(
    told: Told, database_url: str
) -> None:
    key = await make_key(database_url, "read")
    own = parse_key(key)

    assert await told.to(bearer(key)) == ("unknown", None)
    await told.opinion(OTHER)
    assert await told.to(bearer(key)) == ("recorded", str(OTHER))
    await told.opinion(None)
    assert await told.to(bearer(key)) == ("recorded", None)
    await told.letter(own)
    assert await told.to(bearer(key)) == ("dead_lettered", str(own))
    await told.opinion(own)
    assert await told.to(bearer(key)) == ("recorded", str(own))
    await told.retraction(OTHER)
    assert await told.to(bearer(key)) == ("recorded", str(own))
    await told.retraction(own)
    assert await told.to(bearer(key)) == ("retracted", str(own))


async def test_conflicts_of_another_producer_are_not_told_of(
    told: Told, guarded: httpx.AsyncClient, database_url: str
) -> None:
    key = await make_key(database_url, "read")
    await told.opinion(parse_key(key))
    await told.letter(OTHER, "event_id_conflict")
    receipt = (await guarded.get(f"/v1/events/{EVENT_ID}", headers=bearer(key))).json()
    assert (receipt["status"], receipt["conflicts"]) == ("recorded", [])


async def test_where_reads_are_public_a_key_still_sees_its_own_event_first(
    kafka: KafkaSettings, engine: AsyncEngine, database_url: str
) -> None:
    key = await make_key(database_url, "events:write")
    async with serving(kafka, database_url, auth="required", public_reads=True) as public:
        told = await told_by(public, engine)
        await told.opinion(OTHER)
        await told.letter(parse_key(key))
        assert await told.to({}) == ("recorded", str(OTHER))
        assert await told.to(bearer("cat_x")) == ("recorded", str(OTHER))
        assert await told.to(bearer(key)) == ("dead_lettered", str(parse_key(key)))


async def test_dead_letters_say_whose_they_are_and_are_listed_by_it(
    told: Told, guarded: httpx.AsyncClient, database_url: str
) -> None:
    for producer in (OTHER, None, UUID(int=8)):
        await told.letter(producer)
    reader = bearer(await make_key(database_url, "read"))

    async def listed(**query: str) -> list[str | None]:
        answer = await guarded.get("/v1/dead-letters", params=query, headers=reader)
        return [letter["producer"] for letter in answer.raise_for_status().json()["items"]]

    assert await listed() == [str(UUID(int=8)), None, str(OTHER)]
    assert await listed(producer=str(OTHER)) == [str(OTHER)]
    assert (await guarded.get("/v1/dead-letters/1", headers=reader)).json()["producer"] == str(OTHER)
