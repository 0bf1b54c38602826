"""What was backed up comes back, and nothing else is put in its place."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from support.catalogue import Catalogue
from support.compose import ComposeStack, running
from support.polling import eventually

ROWS = """
SELECT 'opinion', event_id::text, content, sentiment, updated_at FROM opinions UNION ALL
SELECT 'result', event_id::text, score::text, source, updated_at FROM benchmark_results UNION ALL
SELECT 'report', event_id::text, score::text, source, created_at FROM result_reports UNION ALL
SELECT 'dead letter', event_id::text, reason, detail, updated_at FROM dead_letters UNION ALL
SELECT 'model', name, organization, null, updated_at FROM models
ORDER BY 1, 2
"""


async def rows(stack: ComposeStack) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(stack.database_url("catalogue_owner"))
    try:
        return [tuple(row) for row in await connection.fetch(ROWS)]
    finally:
        await connection.close()


async def post_some(catalogue: Catalogue) -> None:
    events = [
        catalogue.opinion("Good at Go."),
        catalogue.result(71),
        catalogue.result(3, model=f"no/{uuid4()}"),
    ]
    await catalogue.post(*events)
    for event in events:
        await catalogue.receipt(event["event_id"])


@pytest.fixture
async def backup(stack: ComposeStack, catalogue: Catalogue, tmp_path: Path) -> Path:
    await post_some(catalogue)
    printed = await asyncio.to_thread(stack.run, "make", "backup", BACKUP_DIR=str(tmp_path))
    made = Path(printed.stdout.splitlines()[-1])
    assert made.parent == tmp_path
    return made


async def test_a_backup_restores_the_same_rows_into_an_empty_stack(stack: ComposeStack, backup: Path) -> None:
    before = await rows(stack)
    await asyncio.to_thread(stack.down, "--volumes")

    await asyncio.to_thread(stack.run, "make", "restore", f"FROM={backup}")
    assert await rows(stack) == before


async def test_what_was_recorded_after_the_backup_is_read_from_its_topic_again(
    stack: ComposeStack, catalogue: Catalogue, backup: Path
) -> None:
    await post_some(catalogue)
    before = await rows(stack)
    stack.compose("kill", "ingest-worker")  # a member of its group still, until its session times out

    await asyncio.to_thread(stack.run, "make", "restore", f"FROM={backup}", REPLACE="yes")

    async def ids() -> list[object]:
        return [row[:4] for row in await rows(stack)]

    await eventually(ids, lambda found: found == [row[:4] for row in before], seconds=60)


@pytest.fixture(scope="module")
def erasing(built: ComposeStack) -> Iterator[ComposeStack]:
    with running(ComposeStack(settings={"ERASURE_KEY": "k" * 32})) as stack:
        assert built.project != stack.project
        yield stack


async def test_what_was_erased_after_the_backup_stays_erased(
    erasing: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient], tmp_path: Path
) -> None:
    async with client_of(erasing) as api:
        catalogue = await Catalogue.create(api, model="lab/model", benchmark="Bench")
        gone = catalogue.opinion("Private.", author="Jane")
        others = catalogue.opinion("Good at Go.", author="Ann")
        await catalogue.post(gone, others)
        for event in (gone, others):
            assert (await catalogue.receipt(event["event_id"]))["status"] == "recorded"
        printed = await asyncio.to_thread(erasing.run, "make", "backup", BACKUP_DIR=str(tmp_path))
        erased = await api.post("/v1/erasures", json={"author": "Jane"})
        assert erased.json()["erased"]["opinions"] == 1, erased.text

        backup = printed.stdout.splitlines()[-1]
        await asyncio.to_thread(erasing.run, "make", "restore", f"FROM={backup}", REPLACE="yes")

        # Read again from its topic, too: the next opinion has passed it by then.
        after = catalogue.opinion("Still here.")
        await catalogue.post(after)
        assert (await catalogue.receipt(after["event_id"], "recorded"))["location"]
        assert (await catalogue.receipt(gone["event_id"]))["status"] == "erased"
        assert {row["author"] for row in await catalogue.opinions()} == {"Ann", None}


async def test_a_database_with_rows_is_not_replaced_unasked(stack: ComposeStack, backup: Path) -> None:
    before = await rows(stack)
    refused = await asyncio.to_thread(stack.run, "make", "restore", f"FROM={backup}", check=False)
    assert refused.returncode != 0
    assert "REPLACE=yes" in refused.stderr
    assert await rows(stack) == before


async def test_a_damaged_backup_is_refused_before_anything_is_touched(
    stack: ComposeStack, backup: Path
) -> None:
    before = await rows(stack)
    dump = backup / "catalogue.dump"
    dump.write_bytes(dump.read_bytes()[:-100])

    refused = await asyncio.to_thread(
        stack.run, "make", "restore", f"FROM={backup}", check=False, REPLACE="yes"
    )
    assert refused.returncode != 0
    assert "is damaged" in refused.stderr
    assert await rows(stack) == before


def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(stack: ComposeStack, tmp_path: Path) -> None:
    stack.compose("stop", "postgres")
    try:
        failed = stack.run("make", "backup", check=False, BACKUP_DIR=str(tmp_path))
        assert failed.returncode != 0
        assert all(path.suffix == ".partial" for path in tmp_path.iterdir())
    finally:
        stack.up()
