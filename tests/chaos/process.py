"""The real relay in a process of its own, which can be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from attrs import define, field, frozen

from benchmarks.targets import ROOT, free_port, wait_until_listening
from tests.support.golden import Json

#: Who calls, where nothing else is said.
CLIENT = "test"


def key_of(client: str) -> str:
    """What a client shows."""
    return f"sk-relay-of-{client}-0123456789abcdef"


def where_it_is_noon() -> str:
    """The time zone in which no day ends while a test runs."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@frozen
class Setup:
    """How each process is configured: before one provider. `store`: what the environment says of
    it; without it the books are in the folder."""

    folder: Path
    provider: str
    clients: Sequence[str] = (CLIENT,)
    limits: Sequence[Json] = ()
    #: Seconds that an answer is read on after its caller left.
    drain: float = 30.0
    #: US dollars per million tokens of output; None: the public ones.
    price: float | None = None
    store: Mapping[str, str] = field(factory=dict)

    def environment(self) -> dict[str, str]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith("RELAY_")}
        return {
            **ours,
            "RELAY_CONFIG": json.dumps(self._config()),
            "RELAY_DATA_DIR": str(self.folder),
            "RELAY_LOG": "json",
            **self.store,
        }

    def _config(self) -> Json:
        provider: Json = {
            "base_url": self.provider,
            "keys": ["sk-provider-one-0123456789"],
            "models": ["gpt-4o"],
            "timeouts": {"drain": self.drain},
        }
        if self.price is not None:
            provider["prices"] = {"gpt-4o": {"input": 0, "output": self.price}}
        return {
            "providers": {"one": provider},
            "client_keys": [{"name": name, "key": key_of(name)} for name in self.clients],
            "limits": list(self.limits),
        }


@define
class Process:
    """`airelay serve`; started as often as one likes."""

    setup: Setup
    port: int = field(factory=free_port)
    _running: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> list[Json]:
        """What it has said so far, in all of its lives."""
        lines = self.file.read_text("utf-8").splitlines(keepends=True)
        # A banner is none, nor half a line: the last one may be being written.
        return [json.loads(line) for line in lines if line[0] == "{" and line.endswith("}\n")]

    async def start(self) -> None:
        """Returns once it listens."""
        self._running = self._started()
        await wait_until_listening(self.port)

    def kill(self) -> None:
        """SIGKILL: nothing of it runs on, not even its last words."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and its end; nothing, if it has ended."""
        self._end(signal.SIGTERM)

    @property
    def file(self) -> Path:
        """The log of all its lives."""
        return self.setup.folder / f"log-{self.port}"

    def _end(self, how: signal.Signals) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.send_signal(how)
            running.wait(timeout=60)

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "src", "serve", "--port", str(self.port)]
        with self.file.open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.setup.environment(), stdout=log, stderr=log
            )


@contextmanager
def processes(count: int, setup: Setup) -> Iterator[list[Process]]:
    """So many of them, not started yet; all of them ended after the block."""
    found = [Process(setup) for _ in range(count)]
    try:
        yield found
    except BaseException:
        for process in found:
            process.kill()  # nobody is left to play their provider
        raise
    finally:
        for process in found:
            process.stop()
