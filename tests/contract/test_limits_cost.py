"""What it costs to have limits."""

import pytest

from benchmarks.limits import NONE, SOME, alone

pytestmark = pytest.mark.slow

#: Measured 2.3 when this was written, and 3.0 before somebody looked.
MOST = 4.0


def test_a_request_with_five_limits_costs_a_few_times_one_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """
    In the books in memory: CPU time, medians of rounds taken in turn in one process: a ratio, on
    whatever machine.
    """
    found = alone(9)
    ratio = found[SOME] / found[NONE]
    with capsys.disabled():
        print(f"\nfive limits: {ratio:.1f} x none", end="")

    assert MOST > ratio
