"""docs/deploy-vercel.md: every command in it, run against the built function."""

import asyncio
import re

from .building import ROOT
from .conftest import Deploys
from .function import THREE

GUIDE = (ROOT / "docs/deploy-vercel.md").read_text("utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)


async def shell(command: str, **environ: str) -> tuple[int | None, str]:
    """How a command ends, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", command),
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_every_command_of_the_guide_works(deploys: Deploys) -> None:
    """
    A secret, the health, a chat, a stream that is complete, and the daily job.
    """
    async with deploys() as scene:
        environ = {**THREE, "RELAY_URL": scene.function.base_url}
        found = [await shell(command, **environ) for command in COMMANDS]

    assert [0] * 5 == [code for code, _ in found], found
    secret, health, chat, stream, daily = (said for _, said in found)
    assert re.fullmatch(r"[0-9a-f]{48}\n", secret)
    assert '"status":"ok"' in health
    assert '"chat.completion"' in chat
    assert "data: [DONE]" in stream
    assert '{"status":"ok"}' == daily
