"""How long the platform lets a request run: its runtime knows, and nothing else does."""

from collections.abc import Callable
from datetime import datetime
from time import time

try:
    from vercel_runtime import get_deadline as _told
except ImportError:  # not there

    def _told() -> None:
        return None


#: Seconds kept for an honest end and the books; of a short time no more than this part.
MARGIN, PART = 10.0, 0.25
_get: Callable[[], datetime | None] = _told


def time_left() -> float | None:
    """Seconds for the request that is being served; None where nobody says."""
    end = _get()
    return None if end is None else usable(end.timestamp() - time())


def usable(left: float) -> float | None:
    """What of it may be used. An end that has passed when a request begins is a clock that is
    wrong, and tells nothing."""
    return None if left <= 0.0 else left - min(MARGIN, PART * left)
