"""`make check-vercel`: runs the tests of this folder, or says that the proof did not run."""

import os
import subprocess
import sys

from .building import bare, build
from .pythons import VERSIONS, python

HERE = "tests/vercel"
COLD = f"{HERE}/test_cold_start.py"
#: What prints what it saw, alone on the machine, for it measures.
SHOWN = (
    f"{HERE}/test_traffic.py::test_a_stream_arrives_event_by_event",
    f"{HERE}/test_bundle.py::test_it_is_small",
    f"{HERE}/test_ending.py",
    COLD,
)
DID_NOT_RUN = f"check-vercel: THE PROOF DID NOT RUN: no Python {', '.join(VERSIONS)} is here."


def main() -> int:
    """In CI a proof that did not run is a failure."""
    found = python()
    if found is None:
        print(DID_NOT_RUN)
        return 1 if os.environ.get("CI") else 0
    build(found)  # once, before there are several who would
    build(found, bare())
    return run("-n", "2", HERE, f"--ignore={COLD}") or run("-n", "0", "-s", *SHOWN)


def run(*words: str) -> int:
    pytest = (sys.executable, "-m", "pytest", "-q", "-m", "vercel", *words)
    return subprocess.run(pytest, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
