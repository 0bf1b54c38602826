"""What was erased does not come back, whichever way it comes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from catalogue_messaging.failures import Received, TransientError
from catalogue_schema.events import DeadLetter
from catalogue_schema.subjects import Digests, Subject
from ingest_worker.dead_letters import record_dead_letters
from ingest_worker.opinions import OPINIONS
from ingest_worker.suppressions import Suppressions
from ingest_worker.writing import write_events
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.kafka import record

KEY = SecretStr("a key for these tests, of 32 characters")
NOW = datetime.now(UTC).replace(microsecond=0)


async def suppress(engine: AsyncEngine, *subjects: Subject, key: SecretStr = KEY) -> UUID:
    erasure, digests = uuid4(), Digests(key)
    async with engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO erasures (id, kind) VALUES (:id, 'author')"), {"id": erasure}
        )
        rows = [("key", digests.check, None), *((each.kind, digests.of(each), erasure) for each in subjects)]
        for kind, digest, of in rows:
            await connection.execute(
                text(
                    "INSERT INTO suppressions (kind, digest, erasure_id) VALUES (:k, :d, :e) "
                    "ON CONFLICT DO NOTHING"
                ),
                {"k": kind, "d": digest, "e": of},
            )
    return erasure


def opinion(at: datetime = NOW, **fields: Any) -> Received[bytes]:
    said = {
        "event_id": str(uuid4()),
        "occurred_at": NOW.isoformat(),
        "model": "lab/model",
        "content": "So so.",
    }
    value = json.dumps(said | {"sentiment": "mixed"} | fields, default=str).encode()
    message = record(value, timestamp=round(at.timestamp() * 1000))
    return Received(message, OPINIONS.decode()(message))


@pytest.mark.parametrize(
    "subject", [Subject("author", "Ann"), Subject("source", "diary"), Subject("event_id", str(UUID(int=7)))]
)
async def test_what_names_whom_was_erased_is_not_recorded_and_the_rest_of_its_batch_is(
    engine: AsyncEngine, tables: Any, subject: Subject
) -> None:
    erasure = await suppress(engine, subject)
    named: dict[str, Any] = {subject.kind: subject.value}
    theirs = opinion(**named)
    other = opinion(author="Bob", source="blog")

    failures = await write_events(engine, OPINIONS, [theirs, other], Suppressions(KEY))

    assert failures == []
    assert [row["author"] for row in await tables.opinions()] == ["Bob"]
    [noted] = await tables.all("erased_events")
    assert (noted["erasure_id"], noted["stood_at"], noted["is_told"]) == (erasure, NOW, False)


async def test_what_is_erased_while_a_worker_runs_is_known_to_its_next_batch(
    engine: AsyncEngine, tables: Any
) -> None:
    suppressions = Suppressions(KEY)
    await write_events(engine, OPINIONS, [opinion(author="Ann")], suppressions)
    await suppress(engine, Subject("author", "Ann"))
    await write_events(engine, OPINIONS, [opinion(author="Ann")], suppressions)

    assert len(await tables.opinions()) == 1


async def test_consumers_are_told_again_only_of_what_stands_on_a_topic_again(
    engine: AsyncEngine, tables: Any
) -> None:
    await suppress(engine, Subject("author", "Ann"))
    event_id = uuid4()
    for at, told in ((NOW, False), (NOW - timedelta(days=1), True), (NOW + timedelta(hours=1), False)):
        await write_events(
            engine, OPINIONS, [opinion(at, event_id=event_id, author="Ann")], Suppressions(KEY)
        )
        [noted] = await tables.all("erased_events")
        assert noted["is_told"] is told
        await tables.execute("UPDATE erased_events SET is_told = true")
    assert noted["stood_at"] == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "value",
    [b'{"author": "Ann", "model": 3}', b'{"mentioned_by": "Ann"}', b'{"author": "\\u0041nn"}'],
)
async def test_a_dead_letter_of_whom_was_erased_leaves_no_bytes(
    engine: AsyncEngine, tables: Any, value: bytes
) -> None:
    await suppress(engine, Subject("author", "Ann"))
    letters = [
        DeadLetter(
            event_id=uuid4(),
            reason="invalid",
            detail="d",
            exception_class="E",
            topic="t",
            partition=0,
            offset=n,
            value=each,
        )
        for n, each in enumerate((value, b'{"author": "Bob"}'))
    ]
    await record_dead_letters(engine, [Received(record(b""), each) for each in letters], Suppressions(KEY))

    assert [row["value"] for row in await tables.dead_letters()] == [b'{"author": "Bob"}']


@pytest.mark.parametrize("key", [None, SecretStr("another key, of 32 characters and more")])
async def test_without_the_key_nothing_is_recorded_once_somebody_was_erased(
    engine: AsyncEngine, tables: Any, key: SecretStr | None
) -> None:
    await suppress(engine, Subject("author", "Ann"))

    with pytest.raises(TransientError, match="ERASURE_KEY"):
        await write_events(engine, OPINIONS, [opinion()], Suppressions(key))
    assert await tables.opinions() == []
