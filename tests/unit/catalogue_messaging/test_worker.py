import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from catalogue_messaging import worker
from catalogue_messaging.failures import Failure, Received
from catalogue_messaging.settings import KafkaSettings
from catalogue_messaging.worker import Worker
from catalogue_runtime.health import Heartbeat
from catalogue_schema.events import ResultReported
from catalogue_schema.examples import load
from catalogue_schema.topics import RESULTS_REPORTED
from support.polling import eventually

EVENT = load(RESULTS_REPORTED)[0]
RECORD = ConsumerRecord("results", 0, 7, 0, 0, EVENT.key, EVENT.value, None, -1, -1, ())
Batch = Sequence[Received[ResultReported]]


class Consumer:
    """Has committed nothing, and takes any commit."""

    async def commit(self, _: dict[TopicPartition, int]) -> None:
        return

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition("results", 0)}


started = asyncio.Event()


async def hang(_: Batch) -> list[Failure]:
    started.set()
    await asyncio.Event().wait()
    return []


async def succeed(_: Batch) -> list[Failure]:
    return []


def consuming(handle: Any) -> Worker:
    made = Worker("test-worker", KafkaSettings(bootstrap_servers="nowhere:1"))
    made.consume(RESULTS_REPORTED, handle)
    return made


def batch(of: Worker) -> "asyncio.Task[None]":
    [(consumer, _)] = of._consumers

    async def whole() -> None:
        await consumer.process((RECORD,), Consumer())
        await consumer.finished()

    return asyncio.create_task(whole())


async def test_a_worker_that_waits_for_work_has_no_fault() -> None:
    assert consuming(succeed)._fault() is None


async def test_a_batch_that_hangs_is_a_fault_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = consuming(hang)
    task = batch(hanging)
    await started.wait()
    assert hanging._fault() is None, "it has only begun"
    monkeypatch.setattr(worker, "STALL_LIMIT", 0)
    assert hanging._fault() == f"a batch of {RESULTS_REPORTED.name} hangs"
    [(consumer, _)] = hanging._consumers
    await consumer.break_off()
    task.cancel()


async def test_a_batch_that_is_done_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    done = consuming(succeed)
    await asyncio.wait_for(batch(done), 5)
    monkeypatch.setattr(worker, "STALL_LIMIT", 0)
    assert done._fault() is None


async def test_too_many_unexpected_failures_halt_the_worker_uncommitted() -> None:
    async def broken(_: Batch) -> list[Failure]:
        raise RuntimeError("a bad deploy")

    halted = consuming(broken)
    [(consumer, _)] = halted._consumers
    kafka = Consumer()
    await consumer.process((RECORD,) * 60, kafka)
    said = await eventually(partial(asyncio.to_thread, halted._fault), bool)
    assert "60 messages in a row failed unexpectedly" in (said or "")
    await consumer.break_off()


async def test_a_blocked_event_loop_is_a_fault_of_the_worker() -> None:
    blocked = consuming(succeed)
    blocked._heartbeat = Heartbeat(limit=0)
    assert blocked._fault() == "the event loop is blocked"
