"""`python -m airelay.entrypoints.alive [PORT]`: does the relay on this machine answer? For the
health check of a container, which runs it every few seconds: it loads nothing of the relay."""

import os
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException

PATH, SECONDS = "/health/liveness", 4.0


def port(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """The one that is given, else the one that the relay reads from the environment."""
    said = [*words[:1], environ.get("RELAY_PORT", "").strip(), environ.get("PORT", "").strip()]
    return int(next(filter(None, said), "8787"))


def answers(port: int) -> bool:
    """Is it alive? Whether it has keys to serve with is another question (/health/readiness)."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", PATH)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(port(sys.argv[1:], os.environ)) else 1)
