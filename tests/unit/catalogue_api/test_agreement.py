import pytest
from catalogue_api.catalogue.agreement import wilson


@pytest.mark.parametrize(
    ("positive", "of", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (900, 1000, 0.880, 0.917)],
)
def test_the_interval_of_a_share_is_wilsons(positive: int, of: int, low: float, high: float) -> None:
    assert wilson(positive, of) == pytest.approx((low, high), abs=0.001)
