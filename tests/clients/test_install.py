"""What `make check-clients` installed, and the examples of docs/clients.md tried with it."""

import asyncio
import json
import re
import subprocess
import sys

import pytest

from tests.support.catalogue import CLIENT_KEY
from tests.support.node import HERE, node
from tests.support.relay import relay_of
from tests.support.sdk import HELLO

from .page import PAGE

IDS = (
    "openai-py",
    "langchain",
    "anthropic-py",
    "openai",
    "anthropic",
    "vercel",
    "vercel-anthropic",
)
EXAMPLES = re.findall(r"```(python|js)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_what_is_installed_is_what_is_locked() -> None:
    """
    Each package has the version of the lock file.
    """
    locked = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    del locked[""]
    installed = {
        name: json.loads((HERE / name / "package.json").read_text("utf-8"))["version"]
        for name in locked
    }

    assert {name: package["version"] for name, package in locked.items()} == installed


def test_node_is_new_enough() -> None:
    """
    Node is at least what both SDKs ask for.
    """
    told = subprocess.run([node(), "--version"], capture_output=True, text=True, check=True).stdout

    assert int(told.removeprefix("v").split(".")[0]) >= 22


@pytest.mark.parametrize(("language", "text"), EXAMPLES, ids=IDS)
async def test_the_examples_print_the_answer(language: str, text: str) -> None:
    """
    Each example of the page says what the model says, with nothing changed but URL and key.
    """
    async with relay_of() as (_, relay):
        program = text.replace("http://127.0.0.1:8787", relay.base_url)
        program = program.replace("your client key", CLIENT_KEY)
        said = await asyncio.to_thread(printed, language, program)

    assert HELLO == said.removesuffix("\n")


def printed(language: str, program: str) -> str:
    """What a program prints, with an environment that is empty."""
    if language == "python":
        command = [sys.executable, "-X", "utf8", "-c", program]
    else:
        command = [node(), "--input-type=module", "--eval", program]
    done = subprocess.run(command, cwd=HERE, env={}, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
