from aiokafka.partitioner import DefaultPartitioner
from catalogue_messaging.outbox import partition_of
from hypothesis import given, strategies


@given(strategies.binary(max_size=300), strategies.integers(1, 50))
def test_a_key_has_the_partition_that_kafkas_clients_give_it(key: bytes, partitions: int) -> None:
    everywhere = list(range(partitions))

    assert partition_of(key, partitions) == DefaultPartitioner()(key, everywhere, everywhere)


def test_a_message_without_a_key_goes_to_any_partition() -> None:
    assert {partition_of(None, 3) for _ in range(200)} == {0, 1, 2}
