"""The README is tried: every command in it runs, on a fresh copy with an empty home."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from src.entrypoints.settings import load

from .fresh import ROOT, Copy, fresh_copy, running

#: The set-up downloads what the lock names; a slow line is no failure.
pytestmark = pytest.mark.timeout(600)

README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def without_comments(block: str) -> list[str]:
    return [line.split("  #")[0].strip() for line in block.splitlines() if line.strip()]


RUN, CHECK, *CURLS, KEY, TOOLS = blocks("sh")


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A fresh copy, running by the README's own command."""
    copy = fresh_copy(tmp_path_factory.mktemp("fresh"))
    with running(copy, RUN):
        yield copy


def test_the_run_command_sets_everything_up_and_both_curls_answer(relay: Copy) -> None:
    """After `make run` alone, the two printed curls answer without a key, whole and streaming."""
    whole, stream, flaky = (relay.shell(curl.replace("curl ", "curl -s ")) for curl in CURLS)

    assert "You said: Hello" == json.loads(whole)["choices"][0]["message"]["content"]
    assert stream.rstrip().endswith("data: [DONE]")
    assert stream.count("data: {") > 3
    assert "x-relay-attempts: 2" in flaky


def test_the_banner_prints_the_same_curls(relay: Copy) -> None:
    """What the terminal shows after the start are the README's own two commands."""
    banner = (relay.folder / "run.log").read_text("utf-8").replace(" \\\n", " ")
    shown = [" ".join(line.split()) for line in banner.splitlines() if "curl" in line]
    ours = [" ".join(relay.ours(curl).replace(" \\\n", " ").split()) for curl in CURLS[:2]]

    assert ours == shown


def test_every_command_of_the_tool_runs(relay: Copy) -> None:
    """`airelay key`, `init`, `check` and `models` do what the README says."""
    key = relay.shell(KEY).strip()

    assert re.search(r"sk-relay-[\w-]{20,}", key)
    for command in without_comments(TOOLS):
        assert relay.shell(command).strip()
    assert (relay.folder / "relay.toml").is_file()


def test_the_python_example_works(relay: Copy) -> None:
    """The OpenAI SDK, with nothing changed but base_url and key, gets its answer."""
    key = re.search(r"sk-relay-[\w-]+", relay.shell(KEY))
    assert key is not None
    program = relay.ours(blocks("python")[0]).replace("your client key", key[0])
    program = program.replace('"fast"', '"demo/echo"') + "print(client.models.list().data[0].id)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "demo/echo" == done.stdout.strip()


def test_the_configuration_examples_are_valid(tmp_path: Path) -> None:
    """The TOML in the README passes the check, together with its environment."""
    (tmp_path / "relay.toml").write_text(blocks("toml")[0], "utf-8")
    environ = {"OPENAI_API_KEY": "sk-one,sk-two", "DEEPSEEK_API_KEY": "sk-three"}

    names = {p.name for p in load(environ, tmp_path).snapshot.providers}

    assert {"openai", "deepseek", "local"} == names


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    """CI begins with the README's test command."""
    assert f"\n{CHECK.strip()}\n" in (ROOT / ".ci/run").read_text("utf-8")


def test_the_chinese_page_names_the_same_commands() -> None:
    """Both languages tell the same two commands, and the same paths of the tool."""
    told = "\n".join(blocks("sh", CHINESE))

    assert RUN.strip() in told
    assert CHECK.strip() in told
    for command in ("airelay key", "airelay init", "airelay check"):
        assert command in CHINESE
        assert command in README
