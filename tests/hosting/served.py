"""`airelay serve` in a process group of its own, as people run it, before a scripted provider."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from attrs import define, field

from benchmarks.targets import ROOT, free_port
from tests.support.catalogue import CLIENT_KEY
from tests.support.golden import Json

#: No process takes longer to do what it was told.
PATIENCE = 30.0


@define(eq=False)
class Served:
    """A relay in a folder, with these words after `serve`; `environ` goes over what it has."""

    folder: Path
    provider: str
    words: tuple[str, ...] = ()
    environ: dict[str, str] = field(factory=dict)
    port: int = field(factory=free_port)
    #: What its configuration has besides one provider and one client.
    more: dict[str, Json] = field(factory=dict)
    _running: "subprocess.Popen[bytes] | None" = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    @property
    def log(self) -> str:
        """All it said so far, on both outputs."""
        return (self.folder / "log").read_text("utf-8")

    @property
    def events(self) -> list[Json]:
        """The lines of its log."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    @property
    def workers(self) -> list[int]:
        """Its child processes."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
                if int(parent) == self.pid and state != "Z":
                    found.append(int(stat.parent.name))
        return sorted(found)

    async def start(self) -> None:
        """Returns once it listens and says so."""
        self._running = self._started()
        await self.until(self._listens)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Raises TimeoutError."""
        for _ in range(int(PATIENCE / 0.02)):
            if holds():
                return
            await asyncio.sleep(0.02)
        raise TimeoutError(self.log)

    def tell(self, what: signal.Signals, *, group: bool = False) -> None:
        """Signals the process, or all of its group, as a terminal or a service manager does."""
        if group:
            os.killpg(self.pid, what)
        else:
            os.kill(self.pid, what)

    async def ended(self) -> int:
        """Its exit status, once it has ended by itself."""
        running = self._running
        assert running is not None
        await self.until(lambda: running.poll() is not None)
        assert running.returncode is not None
        return running.returncode

    def end(self) -> None:
        """Nothing of it runs on."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._running.wait(timeout=PATIENCE)

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "src", "serve", "--port", str(self.port), *self.words]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _listens(self) -> bool:
        assert self._running is not None
        assert self._running.poll() is None, self.log
        return "listens on" in self.log

    def _environment(self) -> dict[str, str]:
        one = {
            "base_url": self.provider,
            "keys": ["sk-provider-one-0123456789"],
            "models": ["gpt-4o"],
        }
        config = {
            "providers": {"one": one},
            "client_keys": [{"name": "test", "key": CLIENT_KEY}],
            **self.more,
        }
        ours = {key: value for key, value in os.environ.items() if not key.startswith("RELAY_")}
        told = {"RELAY_CONFIG": json.dumps(config), "RELAY_DATA_DIR": str(self.folder)}
        return {**ours, **told, "RELAY_LOG": "json", **self.environ}


@asynccontextmanager
async def served(
    folder: Path, provider: str, *words: str, more: Json = None, **environ: str
) -> AsyncIterator[Served]:
    """A relay that listens; ended after the block, if it has not. `more` goes to its configuration,
    `environ` to its environment."""
    relay = Served(folder, provider, words, environ, more=more or {})
    try:
        await relay.start()
        yield relay
    finally:
        relay.end()
