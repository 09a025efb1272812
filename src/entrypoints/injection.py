"""dependency-injector, without what it looks for in vain: 45 ms of a cold start."""

import sys

#: Its wiring, which is not used here, imports this where it is installed, and all of werkzeug.
_LOOKED_FOR = "werkzeug.local"

_new = _LOOKED_FOR not in sys.modules
if _new:
    # https://docs.python.org/3/reference/import.html#the-module-cache: "not found", at once
    sys.modules[_LOOKED_FOR] = None  # type: ignore[assignment]
try:
    from dependency_injector import containers, providers
    from dependency_injector.providers import Provider
finally:
    if _new:
        del sys.modules[_LOOKED_FOR]

__all__ = ["Provider", "containers", "providers"]
