"""A catalogue of the version before, with dead letters, goes on with what can be resolved by now."""

import asyncio
import json
from typing import Any

import asyncpg
from support.databases import migrate

LETTER = """
INSERT INTO dead_letters (
    event_id, reason, detail, exception_class, topic, partition, "offset", value, model, status)
VALUES ($1, $2, 'd', 'E', $3, 0, $4, $5, $6, $7)
"""
RESULTS, CLASSIFIED = "x.catalogue.results.reported.v1", "x.catalogue.opinions.classified.v1"
ID = "00000000-0000-7000-8000-00000000000{}"


async def fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO models (name, organization) VALUES ('lab/model-1', 'lab'), ($$cafe\u0301$$, 'c')"
    )
    await connection.execute(
        "INSERT INTO opinions (model_id, content, event_id) "
        f"SELECT id, 'x', '{ID.format(3)}' FROM models LIMIT 1"
    )
    body = json.dumps({"model": "Lab/Model_1", "source": "papers"}).encode()
    letters: list[tuple[Any, ...]] = [
        (ID.format(1), "unknown_model", RESULTS, 1, body, "Lab/Model_1", "open"),
        (ID.format(2), "unknown_model", RESULTS, 2, body, "lab/model-10", "open"),
        (ID.format(3), "invalid", CLASSIFIED, 3, b"\xff", None, "open"),
        (None, "undecodable", CLASSIFIED, 4, b"\xff", None, "open"),
        (ID.format(5), "unknown_model", RESULTS, 5, body, "Lab/Model_1", "discarded"),
    ]
    await connection.executemany(LETTER, letters)
    await connection.close()


async def test_letters_and_names_of_the_version_before_are_moved(empty_database_url: str) -> None:
    await asyncio.to_thread(migrate, empty_database_url, "0004")
    await fill(empty_database_url)
    await asyncio.to_thread(migrate, empty_database_url)

    connection = await asyncpg.connect(empty_database_url)
    rows = await connection.fetch("SELECT status, type, source FROM dead_letters ORDER BY id")
    names = await connection.fetch("SELECT name FROM models ORDER BY id")
    await connection.close()
    assert [(row["status"], row["type"]) for row in rows] == [
        ("replaying", "ResultReported"),
        ("open", "ResultReported"),
        ("recorded", "OpinionSubmitted"),
        ("open", "OpinionSubmitted"),
        ("discarded", "ResultReported"),
    ]
    assert rows[0]["source"] == "papers"
    assert names[1]["name"] == "caf\u00e9"
