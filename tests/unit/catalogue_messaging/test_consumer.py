import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, GroupAuthorizationFailedError, IllegalStateError
from catalogue_messaging import failures as policy
from catalogue_messaging.consumer import BatchConsumer, Records, Way
from catalogue_messaging.decoding import decode_json
from catalogue_messaging.failures import Failure, Received, TransientError
from catalogue_schema.events import ResultReported
from catalogue_schema.examples import load
from catalogue_schema.topics import RESULTS_REPORTED

GOOD = load(RESULTS_REPORTED)[0].value


class Kafka:
    """As much of a consumer as a batch needs, and what was asked of everything, in order."""

    def __init__(self, *ours: TopicPartition) -> None:
        self.ours = set(ours)
        self.calls: list[Any] = []
        self.commit_errors: list[Exception] = []
        self.stopping = asyncio.Event()

    def assignment(self) -> set[TopicPartition]:
        return self.ours

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.calls.append("commit")
        if self.commit_errors:
            raise self.commit_errors.pop()
        self.calls[-1] = {tp.partition: offset for tp, offset in offsets.items()}

    async def handle(self, batch: Sequence[Received[ResultReported]]) -> list[Failure]:
        self.calls.append(f"handle {len(batch)}")
        return []

    async def reject(self, failures: Sequence[Failure]) -> None:
        self.calls.append(f"reject {len(failures)}")

    async def process(self, records: Records, **replaced: Any) -> BatchConsumer[ResultReported]:
        consumer = self.consumer(**replaced)
        await consumer.process(records, cast("AIOKafkaConsumer", self))
        await consumer.finished()
        return consumer

    def consumer(self, **replaced: Any) -> BatchConsumer[ResultReported]:
        parts = {"handle": self.handle, "decode": decode_json(RESULTS_REPORTED), "reject": self.reject}
        return BatchConsumer[ResultReported](RESULTS_REPORTED, Way(**parts | replaced), self.stopping)


def partition(number: int) -> TopicPartition:
    return TopicPartition("results", number)


def result(number: int, offset: int, value: bytes | None = None) -> ConsumerRecord:
    body = GOOD if value is None else value
    return ConsumerRecord("results", number, offset, 0, 0, b"lab/model", body, None, -1, -1, ())


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(_: float) -> None:
        return

    # Not asyncio's own: other tests' servers share this event loop, and would spin.
    monkeypatch.setattr(policy, "sleep", sleep)


async def test_offsets_are_committed_after_the_batch_is_handled_and_its_failures_are_kept() -> None:
    kafka = Kafka(partition(0))
    await kafka.process((result(0, 5), result(0, 6, b"bad"), result(0, 7)))
    assert kafka.calls == ["handle 2", "reject 1", {0: 8}]


async def test_each_partition_is_committed_past_its_own_last_record() -> None:
    kafka = Kafka(partition(0), partition(1))
    await kafka.process((result(1, 40), result(0, 7), result(1, 41), result(0, 5)))
    assert kafka.calls[-1] == {0: 8, 1: 42}


async def test_partitions_that_went_to_another_worker_are_left_to_it() -> None:
    kafka = Kafka(partition(1))
    await kafka.process((result(0, 7), result(1, 41)))
    assert kafka.calls[-1] == {1: 42}


async def test_a_batch_of_which_no_partition_is_left_is_done_without_a_commit() -> None:
    kafka = Kafka()
    await kafka.process((result(0, 7),))
    assert kafka.calls == ["handle 1"]


@pytest.mark.parametrize("error", [CommitFailedError(), IllegalStateError("not assigned")])
async def test_a_commit_that_a_rebalance_forestalled_is_left(error: Exception) -> None:
    kafka = Kafka(partition(0))
    kafka.commit_errors = [error]
    await kafka.process((result(0, 7),))
    assert kafka.calls == ["handle 1", "commit"]


@pytest.mark.parametrize("error", [GroupAuthorizationFailedError(), TimeoutError()])
async def test_a_commit_that_kafka_does_not_take_is_repeated_but_not_the_batch(error: Exception) -> None:
    kafka = Kafka(partition(0))
    kafka.commit_errors = [error, error]
    await kafka.process((result(0, 7),))
    assert kafka.calls == ["handle 1", "commit", "commit", {0: 8}]


async def test_what_is_away_for_now_is_tried_again_before_anything_is_committed() -> None:
    kafka = Kafka(partition(0))
    errors = [TransientError("away"), TransientError("away")]

    async def handle(batch: Sequence[Received[ResultReported]]) -> list[Failure]:
        await kafka.handle(batch)
        if errors:
            raise errors.pop()
        return []

    await kafka.process((result(0, 7),), handle=handle)
    assert kafka.calls == ["handle 1", "handle 1", "handle 1", {0: 8}]


async def test_dead_letters_are_tried_again_until_they_are_kept() -> None:
    kafka = Kafka(partition(0))
    errors = [TransientError("away")]

    async def reject(failures: Sequence[Failure]) -> None:
        await kafka.reject(failures)
        if errors:
            raise errors.pop()

    await kafka.process((result(0, 7, b"bad"),), reject=reject)
    assert kafka.calls == ["reject 1", "reject 1", {0: 8}]


async def test_a_batch_that_is_broken_off_stays_uncommitted() -> None:
    kafka = Kafka(partition(0))
    started = asyncio.Event()

    async def hang(_: Sequence[Received[ResultReported]]) -> list[Failure]:
        started.set()
        await asyncio.Event().wait()
        return []

    consumer = kafka.consumer(handle=hang)
    await consumer.process((result(0, 7),), cast("AIOKafkaConsumer", kafka))
    await started.wait()
    await consumer.break_off()
    assert kafka.calls == []
    assert consumer.busy_since is None
    assert not consumer.failed


async def test_a_batch_is_decoded_while_the_one_before_is_handled_and_handled_only_after_its_commit() -> None:
    kafka = Kafka(partition(0))
    release = asyncio.Event()

    def decode(record: ConsumerRecord) -> ResultReported:
        kafka.calls.append(f"decode {record.offset}")
        return ResultReported(model="m", benchmark="b", score=1.0)

    async def handle(batch: Sequence[Received[ResultReported]]) -> list[Failure]:
        await release.wait()
        return await kafka.handle(batch)

    consumer = kafka.consumer(decode=decode, handle=handle)
    await consumer.process((result(0, 7),), cast("AIOKafkaConsumer", kafka))
    second = asyncio.create_task(consumer.process((result(0, 8),), cast("AIOKafkaConsumer", kafka)))
    for _ in range(3):  # turns of the loop
        await asyncio.sleep(0)
    assert kafka.calls == ["decode 7", "decode 8"]
    release.set()
    await second
    await consumer.finished()
    assert kafka.calls == ["decode 7", "decode 8", "handle 1", {0: 8}, "handle 1", {0: 9}]


async def test_after_a_fault_in_the_pipeline_no_later_batch_is_handled_or_committed() -> None:
    kafka = Kafka(partition(0))

    async def handle(_: Sequence[Received[ResultReported]]) -> object:
        kafka.calls.append("handle")
        return "no list of failures"

    consumer = await kafka.process((result(0, 7),), handle=handle)
    assert consumer.failed
    assert kafka.stopping.is_set()
    await consumer.process((result(0, 8),), cast("AIOKafkaConsumer", kafka))
    await consumer.finished()
    assert kafka.calls == ["handle"]


async def test_a_batch_is_busy_from_its_start_to_its_commit() -> None:
    kafka = Kafka(partition(0))
    seen: list[bool] = []
    consumer = kafka.consumer(handle=lambda _: look())

    async def look() -> list[Failure]:
        seen.append(consumer.busy_since is not None)
        return []

    await consumer.process((result(0, 7),), cast("AIOKafkaConsumer", kafka))
    await consumer.finished()
    assert seen == [True]
    assert consumer.busy_since is None


async def test_a_message_that_breaks_the_decoder_costs_no_other() -> None:
    kafka = Kafka(partition(0))

    def decode(record: ConsumerRecord) -> ResultReported:
        if record.offset == 7:
            raise KeyError("a fault of ours")
        return ResultReported(model="m", benchmark="b", score=1.0)

    await kafka.process((result(0, 7), result(0, 8)), decode=decode)
    assert kafka.calls == ["handle 1", "reject 1", {0: 9}]
