"""How long things took, counted by bucket: one integer, added by adding, taken away by taking away.

Each bucket has 40 bits of it, the quickest the lowest. No settled request pays for more than an
addition, and two sums of different instances are merged like any other number.
"""

from bisect import bisect_left
from collections.abc import Iterable

#: Seconds up to which a bucket goes; above the last one there is one more.
BOUNDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0)

_BITS = 40
_ONE = tuple(1 << _BITS * place for place in range(len(BOUNDS) + 1))
_MASK = (1 << _BITS) - 1
_NONE = (0,) * len(_ONE)
BUCKETS = len(_ONE)


def once(seconds: float) -> int:
    """The histogram of one thing that took so long."""
    return _ONE[bisect_left(BOUNDS, seconds)]


def counts(histogram: int) -> tuple[int, ...]:
    """How many there are in each bucket. All zeros where more was taken away than was there."""
    if histogram <= 0:
        return _NONE
    return tuple(histogram >> _BITS * place & _MASK for place in range(len(_ONE)))


def packed(found: Iterable[int]) -> int:
    """Back from the counts of its buckets."""
    return sum(count * one for count, one in zip(found, _ONE, strict=True))


def quantile(histogram: int, share: float) -> float | None:
    """Seconds within which that share of them was done, on a straight line through its bucket;
    what took longer than the last bound counts as that. None: there are none."""
    found = counts(histogram)
    left = share * sum(found)
    if not any(found):
        return None
    low = 0.0
    for count, high in zip(found, BOUNDS, strict=False):
        if count and left <= count:
            return low + (high - low) * left / count
        left, low = left - count, high
    return low


def text(histogram: int) -> str:
    """As it is stored: a number may be too large for a column."""
    return f"{histogram:x}"


def read(stored: object) -> int:
    """Back from its text; what is none counts nothing."""
    try:
        return int(str(stored), 16)
    except ValueError:
        return 0
