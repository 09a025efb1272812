"""The real relay in a process of its own, which can be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field

from benchmarks.targets import ROOT, free_port, wait_until_listening
from tests.support.catalogue import CLIENT_KEY


@define
class Process:
    """`airelay serve` on a data folder, before one provider; started as often as one likes.
    `environ`: more variables."""

    folder: Path
    provider: str
    port: int = field(factory=free_port)
    environ: dict[str, str] = field(factory=dict)
    _running: "subprocess.Popen[bytes] | None" = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"log-{self.port}"

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

    def _end(self, how: signal.Signals) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.send_signal(how)
            running.wait(timeout=60)

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "src", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log
            )

    def environment(self) -> dict[str, str]:
        config = {
            "providers": {
                "one": {
                    "base_url": self.provider,
                    "keys": ["sk-provider-one-0123456789"],
                    "models": ["gpt-4o"],
                }
            },
            "client_keys": [{"name": "test", "key": CLIENT_KEY}],
        }
        ours = {key: value for key, value in os.environ.items() if not key.startswith("RELAY_")}
        return {
            **ours,
            "RELAY_CONFIG": json.dumps(config),
            "RELAY_DATA_DIR": str(self.folder),
            "RELAY_LOG": "json",
            **self.environ,
        }


@contextmanager
def processes(count: int, folder: Path, provider: str) -> Iterator[list[Process]]:
    """So many on one data folder, not started yet; all of them ended after the block."""
    found = [Process(folder, provider) for _ in range(count)]
    try:
        yield found
    finally:
        for process in found:
            process.stop()
