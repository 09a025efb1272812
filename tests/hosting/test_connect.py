"""docs/connect.md is tried: its commands and its programs run before a relay with the demo."""

import asyncio
import json
import re
import shlex
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.caller import request
from tests.support.caller import send as sent
from tests.support.catalogue import CLIENT_KEY

from .facts import ROOT
from .served import Served, served

PAGE = (ROOT / "docs/connect.md").read_text("utf-8")
CURL, MODELS, CHAT, MESSAGES, SDKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
MISSING = ("responses", "embeddings", "images/generations", "audio/speech", "completions")
#: Nothing but the demo answers, as on a machine where no provider is configured.
DEMO = json.dumps({"client_keys": [{"name": "test", "key": CLIENT_KEY}]})


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Served]:
    """`airelay serve` with one client and no provider."""
    async with served(tmp_path, "", RELAY_CONFIG=DEMO) as running:
        yield running


async def test_the_curls_answer(relay: Served) -> None:
    """
    The names, and a stream by each protocol, to its end.
    """
    names = await said(relay, CURL + MODELS)
    chat = await said(relay, CURL + CHAT)
    messages = await said(relay, CURL + MESSAGES)

    assert "demo/echo" in [one["id"] for one in json.loads(names)["data"]]
    assert chat.rstrip().endswith("data: [DONE]")
    assert messages.rstrip().endswith('{"type":"message_stop"}')


async def test_the_programs_print_the_answer(relay: Served) -> None:
    """
    With the variables of the page, and nothing in a program that names the relay.
    """
    python = f"{shlex.quote(sys.executable)} -X utf8 -c "
    told = [said(relay, SDKS + python + shlex.quote(program)) for program in PROGRAMS]

    assert ["You said: Hello\n"] * 4 == await asyncio.gather(*told)


async def test_what_is_said_to_be_missing_is(relay: Served) -> None:
    """
    404, as the page says of this version.
    """
    asked = [request(f"/v1/{path}", body=b"{}", key=CLIENT_KEY) for path in MISSING]

    assert [404] * 5 == [(await sent(relay.base_url, each)).status for each in asked]


def test_the_settings_of_codex_are_toml() -> None:
    """
    They can be read, and name the provider they define.
    """
    told = tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0])

    assert {told["model_provider"]} == set(told["model_providers"])


async def said(relay: Served, script: str) -> str:
    """What a script prints, in an environment that is empty; address and key are ours."""
    ours = script.replace("http://127.0.0.1:8787", relay.base_url)
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", ours.replace("your client key", CLIENT_KEY)),
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, wrong = await asyncio.wait_for(process.communicate(), timeout=60)
    assert 0 == process.returncode, (out + wrong).decode()
    return out.decode()
