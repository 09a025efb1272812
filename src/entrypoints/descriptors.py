"""How many files and connections this process may have open: as many as the system lets it."""

import sys

#: A request under way takes two: its caller's connection and its provider's.
LOW = 4096
#: Where the system knows no bound; and macOS, which knows none either and takes no more than this.
_BOUNDS = (1 << 20, 10_240)


def raise_limit() -> int | None:
    """Raises the soft limit to the hard one; what it is now, None where there is no such limit.
    256 and 1024 are usual soft limits, and enough for a hundred streams or a few hundred."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for bound in _BOUNDS:
        wanted = bound if hard == resource.RLIM_INFINITY else hard
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            continue
        soft = wanted
    return None if soft == resource.RLIM_INFINITY else soft


def is_low(limit: int | None) -> bool:
    """Is it worth a word to the operator?"""
    return limit is not None and limit < LOW
