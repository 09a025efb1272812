"""Can several workers serve here?"""

from ..domain.errors import ConfigurationError, Problem
from .settings import Settings


def check_workers(settings: Settings, platform: str) -> None:
    """Raises ConfigurationError where several are asked for that could not share their books, or
    could not be made."""
    if settings.workers == 1:
        return
    what = ""
    if settings.store.kind == "memory":
        what = "needs a store that the workers share, and here it is the memory of each."
    if platform == "win32":
        what = "is not possible on Windows."
    if what:
        mend = "Set REDIS_URL or the two variables of an Upstash database, or ask for one worker."
        alone = "Ask for one worker, or run it in a container or in WSL."
        problem = Problem("workers", what, alone if platform == "win32" else mend)
        raise ConfigurationError((problem,))
