"""Starting, scaling, restarting and upgrading, with people at work meanwhile."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import asyncpg
import httpx
import pytest
from support.catalogue import Catalogue
from support.compose import ROOT, ComposeStack, our_services, staying_services
from support.load import Load, steady_load
from support.polling import eventually

RECORDED = """
SELECT count(*) FROM (SELECT event_id FROM opinions UNION SELECT event_id FROM result_reports) AS recorded
WHERE event_id = ANY($1::uuid[])
"""
LOSSES_SHOW_WITHIN = 120


async def all_recorded(stack: ComposeStack, load: Load) -> None:
    """Once each: the event ids are unique in their tables."""

    async def missing() -> int:
        connection = await asyncpg.connect(stack.database_url("catalogue_owner"))
        try:
            return len(load.accepted) - int(await connection.fetchval(RECORDED, load.accepted))
        finally:
            await connection.close()

    assert load.accepted
    await eventually(missing, lambda count: count == 0, seconds=LOSSES_SHOW_WITHIN)


def test_the_end_to_end_tests_pass_from_outside(
    stack: ComposeStack, make_key: Callable[[ComposeStack], str]
) -> None:
    addresses = {"API_URL": stack.api_url, "KAFKA_BOOTSTRAP_SERVERS": stack.bootstrap_servers}
    environment = os.environ | addresses | {"CATALOGUE_API_KEY": make_key(stack)}
    command = [sys.executable, "-m", "pytest", "-q", "tests/e2e"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


async def test_three_of_each_worker_share_the_partitions(stack: ComposeStack, catalogue: Catalogue) -> None:
    await asyncio.to_thread(stack.up, "--scale", "ingest-worker=3", "--scale", "sentiment-worker=3")

    async def shares() -> dict[str, list[int]]:
        return await asyncio.to_thread(partitions_of_members, stack)

    try:
        await eventually(
            shares, lambda found: found and all(s == [2, 2, 2] for s in found.values()), seconds=90
        )
        async with steady_load(catalogue) as load:
            await asyncio.sleep(5)
        await all_recorded(stack, load)
    finally:
        await asyncio.to_thread(stack.up)


def partitions_of_members(stack: ComposeStack) -> dict[str, list[int]]:
    """For each consumer group, how many partitions each of its members has."""
    tool = "/opt/kafka/bin/kafka-consumer-groups.sh --bootstrap-server localhost:9092 --describe --all-groups"
    listing = stack.compose(
        "exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", "kafka", "bash", "-c", f"{tool} 2>/dev/null"
    )
    rows = [line.split() for line in listing.stdout.splitlines()]
    members = Counter((row[0], row[6]) for row in rows if row and row[0].endswith(".v1"))
    groups = {group for group, _ in members}
    return {group: sorted(count for (of, _), count in members.items() if of == group) for group in groups}


@pytest.mark.parametrize("service", staying_services())
async def test_a_restart_under_load_loses_nothing(
    stack: ComposeStack, catalogue: Catalogue, service: str
) -> None:
    async with steady_load(catalogue) as load:
        await asyncio.sleep(1)
        await asyncio.to_thread(stack.compose, "restart", service)
        await asyncio.sleep(2)
    await all_recorded(stack, load)


async def test_an_upgrade_under_load_answers_every_request_or_says_when_to_retry(
    stack: ComposeStack, catalogue: Catalogue
) -> None:
    stack.compose("rm", "--stop", "--force", "sentiment-worker")  # as good as one that this release brings
    before = {service: [each["Id"] for each in stack.containers(service)] for service in our_services()}
    async with steady_load(catalogue) as load:
        await asyncio.to_thread(stack.run, "deploy/bin/upgrade", CATALOGUE_VERSION="next")
    await all_recorded(stack, load)

    assert load.faults == []
    for service, former in before.items():
        assert stack.container(service)["Id"] not in former
        assert stack.container(service)["Config"]["Image"].endswith(":next")
    await asyncio.to_thread(stack.up)


async def test_an_api_that_does_not_get_healthy_is_not_put_in_place(
    stack: ComposeStack, catalogue: Catalogue
) -> None:
    before = stack.container("catalogue-api")["Id"]
    broken = ("-f", "docker-compose.yml", "-f", "tests/compose/broken-api.yml")
    async with steady_load(catalogue) as load:
        failed = await asyncio.to_thread(
            stack.run, "deploy/bin/upgrade", check=False, COMPOSE_FILE=":".join(broken[1::2])
        )
    assert failed.returncode != 0
    assert "does not get healthy" in failed.stderr
    assert stack.container("catalogue-api")["Id"] == before
    assert load.faults == []


async def test_down_and_up_keep_the_data_and_down_with_volumes_does_not(
    stack: ComposeStack,
    catalogue: Catalogue,
    client_of: Callable[[ComposeStack], httpx.AsyncClient],
) -> None:
    async def models() -> int:
        return len(await catalogue.items("/v1/models"))

    assert await models() > 0
    await asyncio.to_thread(stack.down)
    await asyncio.to_thread(stack.up)
    assert await models() > 0
    await asyncio.to_thread(stack.down, "--volumes")
    await asyncio.to_thread(stack.up)
    async with client_of(stack) as api:  # with a new key: the one before is gone with all else
        assert (await api.get("/v1/models")).raise_for_status().json()["items"] == []


def test_a_migration_that_fails_stops_the_start_and_says_why(stack: ComposeStack) -> None:
    stack.down()
    try:
        wrong = {"CATALOGUE_OWNER_PASSWORD": "not-the-one"}
        failed = stack.compose("up", "--detach", "--wait", check=False, **wrong)
        assert failed.returncode != 0
        assert 'service "migrations" didn\'t complete successfully' in failed.stderr
        assert "password authentication failed" in stack.compose("logs", "migrations").stdout
        assert stack.container("catalogue-api")["State"]["Status"] == "created"
    finally:
        stack.down()
        stack.up()
