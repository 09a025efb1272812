"""docs/self-hosting.md is tried: what can run here runs, and what it names is there."""

import asyncio
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from src.entrypoints.deadline import MARGIN
from src.entrypoints.environments import PLATFORM_END
from src.entrypoints.settings.values import GRACE
from tests.support.behaviours import ok_chat
from tests.support.provider import scripted

from .facts import AFTER_GRACE, OPTIONS, PATHS, PORT, ROOT
from .served import served

PAGE = (ROOT / "docs/self-hosting.md").read_text("utf-8")
SERVE, HEALTH, EXPORT, IMPORT = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def options_of(command: str) -> tuple[str, ...]:
    """The words after `airelay serve`."""
    *_, words = command.partition("airelay serve")
    return tuple(words.split())


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are a Unix shell's")
async def test_its_commands_run(tmp_path: Path) -> None:
    """
    The relay is served as the page says, found by its health checks, and its books are copied out
    and in while it runs.
    """
    async with (
        scripted(ok_chat()) as one,
        served(tmp_path, one.base_url, *options_of(SERVE)) as relay,
    ):
        asks = HEALTH.replace(str(PORT), str(relay.port))
        health = await asyncio.to_thread(shell, asks, tmp_path)
        copied = await asyncio.to_thread(shell, EXPORT + IMPORT, tmp_path)
        relay.tell(signal.SIGTERM)

        assert 0 == await relay.ended()
    assert 2 == health.count('"status":"ok"')
    assert "The store is well." in copied
    assert (tmp_path / "books.jsonl").is_file()


def shell(command: str, folder: Path) -> str:
    """What a block prints; `airelay` is the checkout's."""
    airelay = f'airelay() {{ PYTHONPATH="{ROOT}" "{sys.executable}" -m src "$@"; }}\n'
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "RELAY_DATA_DIR": str(folder)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", airelay + command],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_what_it_names_is_there() -> None:
    """Files, options, paths and times of the page are those of the relay."""
    for name in re.findall(r"`(deploy/[\w.]+|Dockerfile|compose\.yaml|\.env\.example)`", PAGE):
        assert (ROOT / name).is_file()
    assert set() == set(re.findall(r"airelay serve[^\n]* (--\w+)", PAGE)) - OPTIONS
    assert set() == {path.rstrip("`") for path in re.findall(r"(/health\S*)", PAGE)} - PATHS
    assert f"(`RELAY_GRACE_SECONDS`,\n{GRACE})" in PAGE
    assert f"Up to {AFTER_GRACE:.0f} s may go by after the grace" in PAGE
    assert f"| {PLATFORM_END - MARGIN:.0f} s |" in PAGE
