import pytest
from aiokafka import ConsumerRecord
from catalogue_messaging.failures import Failure
from catalogue_messaging.fault_limit import FaultLimit, FaultLimits
from catalogue_schema.events import Reason
from support.kafka import record


def batch(pattern: str, reason: Reason = Reason.UNEXPECTED) -> tuple[list[ConsumerRecord], list[Failure]]:
    """A record a letter; x fails."""
    records = [record(b"") for _ in pattern]
    failures = [
        Failure(each, reason, "d", "E") for each, sign in zip(records, pattern, strict=True) if sign == "x"
    ]
    return records, failures


@pytest.mark.parametrize(
    ("batches", "said"),
    [
        (["x"], None),
        (["x" * 50], "of the last 50"),
        (["x" * 51], "51 messages in a row"),
        (["x" * 10 + "." * 990, "x" * 30 + "." * 500], None),
        (["." * 1000, "x." * 60], "of the last 1000"),
        (["x" * 19], None),
    ],
)
def test_a_share_and_a_run_are_the_limits(batches: list[str], said: str | None) -> None:
    limit = FaultLimit(FaultLimits(ratio=0.05, run=50))
    found = [limit.exceeded(*batch(pattern)) for pattern in batches]
    assert found[:-1] == [None] * (len(batches) - 1)
    assert (found[-1] is None) if said is None else (said in (found[-1] or ""))


def test_a_run_goes_on_from_batch_to_batch_and_ends_with_a_success() -> None:
    limit = FaultLimit(FaultLimits(ratio=1, run=50))
    assert limit.exceeded(*batch("." * 1000)) is None
    assert limit.exceeded(*batch("x" * 30)) is None
    assert limit.exceeded(*batch("." + "x" * 30)) is None
    assert limit.exceeded(*batch("x" * 30)) is not None


def test_failures_that_were_foreseen_are_no_faults() -> None:
    limit = FaultLimit(FaultLimits())
    assert limit.exceeded(*batch("x" * 1000, Reason.UNKNOWN_MODEL)) is None
