"""Load, faults from a seed, and a reconciliation; and a promise broken on purpose, which it catches."""

from pathlib import Path
from random import Random

import pytest
from catalogue_schema.topics import DEAD_LETTERS, OPINIONS_CLASSIFIED, OPINIONS_SUBMITTED, RESULTS_REPORTED
from support.kafka import lag
from support.polling import eventually

from faults.faults import SHORT
from faults.load import Ledger, load
from faults.reconcile import create_catalogue, reconcile
from faults.run import strike
from faults.system import faulty_system

SEED = 20261125


@pytest.mark.timeout(600)
async def test_what_was_accepted_stands_once_whatever_happens_meanwhile(tmp_path: Path) -> None:
    names = Random(SEED).sample(SHORT, len(SHORT))
    async with faulty_system(tmp_path) as system:
        outcome = await strike(system, names, SEED)
    assert outcome.reconciliation.holds, outcome
    assert outcome.reconciliation.accepted.total() > 1000
    assert outcome.recovered.keys() == set(SHORT)


async def test_a_worker_that_commits_before_it_writes_is_caught(tmp_path: Path) -> None:
    ledger = Ledger()
    async with faulty_system(tmp_path, ingest_module="faults.commits_first") as system:
        await create_catalogue(system.api_url)
        async with load(system.api_url, ledger, Random(SEED)):
            for process in system.ingest:
                process.kill()
                process.start_again()
                await process.ready()
        await create_catalogue(system.api_url, late=True)
        for topic in (OPINIONS_SUBMITTED, OPINIONS_CLASSIFIED, RESULTS_REPORTED, DEAD_LETTERS):
            service = "sentiment-worker" if topic is OPINIONS_SUBMITTED else "ingest-worker"
            await eventually(lambda: lag(system.kafka, service, topic), lambda left: left == 0, 90)  # noqa: B023
        found = await reconcile(system, ledger, 5)
    assert found.missing.total() > 0, found
