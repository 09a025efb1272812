"""Times counted by bucket, in one integer."""

from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain import histogram
from src.domain.histogram import BOUNDS

SECONDS = st.lists(st.floats(0, 1000), max_size=50)


def of(seconds: list[float]) -> int:
    return reduce(add, map(histogram.once, seconds), 0)


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0, 0), (0.1, 0), (0.11, 1), (1, 3), (1.0001, 4), (600, 11), (601, 12), (1e9, 12)],
)
def test_a_time_is_in_one_bucket(seconds: float, bucket: int) -> None:
    """The first whose bound it does not pass."""
    found = histogram.counts(histogram.once(seconds))

    assert (bucket, 1, 13) == (found.index(1), sum(found), len(found))


@given(SECONDS, SECONDS)
def test_sums_are_merged_by_adding(a: list[float], b: list[float]) -> None:
    """As if one instance had seen all; and what is taken away again was never there."""
    assert of(a + b) == of(a) + of(b)
    assert of(a) == of(a + b) - of(b)
    assert len(a) == sum(histogram.counts(of(a)))


@given(SECONDS, st.floats(0, 1))
def test_a_quantile_is_in_the_bucket_of_the_true_one(seconds: list[float], share: float) -> None:
    """No step further from it than the bounds are from one another."""
    found = histogram.quantile(of(seconds), share)
    if not seconds:
        assert found is None
        return
    place = max(0, -int(-share * len(seconds) // 1) - 1)
    true = sorted(seconds)[place]
    above = next((bound for bound in BOUNDS if true <= bound), BOUNDS[-1])
    below = max((bound for bound in BOUNDS if bound < true), default=0.0)

    assert found is not None
    assert min(below, BOUNDS[-1]) <= found <= above


def test_a_quantile_lies_on_a_line_through_its_bucket() -> None:
    """A hundred between one and two seconds: half of them within one and a half."""
    hundred = of([1.5] * 100)

    assert 1.5 == histogram.quantile(hundred, 0.5)
    assert 1.95 == pytest.approx(histogram.quantile(hundred, 0.95))
    assert 600.0 == histogram.quantile(of([5000.0]), 0.5)


def test_a_billion_of_each_are_told_apart() -> None:
    """No bucket runs into the next."""
    each = sum(map(histogram.once, (*BOUNDS, 601.0)))

    assert (10**9,) * 13 == histogram.counts(each * 10**9)


@given(SECONDS)
def test_it_is_stored_as_text(seconds: list[float]) -> None:
    """And read as it was written, also what is to be taken away."""
    for each in (of(seconds), -of(seconds)):
        assert each == histogram.read(histogram.text(each))


@pytest.mark.parametrize("damaged", ["", "xyz", None, b"\xff", 1.5])
def test_what_is_damaged_counts_nothing(damaged: object) -> None:
    """Nobody's settlement fails over it."""
    assert 0 == histogram.read(damaged)
    assert (0,) * 13 == histogram.counts(-5)
