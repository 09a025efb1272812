"""`airelay init` on a terminal: what it asks, what it writes, what it leaves alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values

from src.entrypoints.cli import cli
from src.entrypoints.commands.group import Around
from src.entrypoints.settings import load
from tests.support.cli import STRONG, Invoke

SECRETS = ("RELAY_API_KEY", "RELAY_ADMIN_KEY", "RELAY_SIGNING_SECRET")


def answered(folder: Path, *said: str, words: tuple[str, ...] = (), **environ: str) -> Result:
    """`airelay init`, with somebody who answers so."""
    around = Around({"HOME": str(folder), **environ}, folder, asks=lambda: True)
    typed = "".join(f"{each}\n" for each in said)
    return CliRunner().invoke(cli, ["init", *words], obj=around, input=typed)


def env(folder: Path) -> Mapping[str, str | None]:
    return dotenv_values(folder / ".env", interpolate=False)


def test_a_first_start(tmp_path: Path) -> None:
    """
    A key for one provider, and everything else is made: what it writes is sound, and its secrets
    are long, different, in a file of one's own, and not on the screen.
    """
    result = answered(tmp_path, "deepseek", "sk-the-key-of-deepseek", "n", "n")

    settings = load({}, tmp_path)
    written = env(tmp_path)
    assert (0, 0o600) == (result.exit_code, (tmp_path / ".env").stat().st_mode & 0o777)
    assert ["deepseek"] == [provider.name for provider in settings.snapshot.providers]
    assert {} == settings.snapshot.switched_off
    assert {*SECRETS, "DEEPSEEK_API_KEY"} == set(written)
    assert 4 == len(set(written.values()))
    assert all(len(written[name] or "") >= 43 for name in SECRETS)
    assert not any((value or "") in result.output for value in written.values())
    assert "  airelay doctor\n  airelay serve\n" in result.output
    assert (tmp_path / "relay.toml").is_file()


def test_keys_that_are_there_are_offered(tmp_path: Path) -> None:
    """
    By their variable and their fingerprints, which are those that `check` shows; nothing is copied.
    """
    result = answered(tmp_path, "", "n", "n", OPENAI_API_KEY="sk-one-of-them,sk-two-of-them")

    handles = [
        key.handle
        for key in load({"OPENAI_API_KEY": "sk-one-of-them"}, tmp_path).snapshot.providers[0].keys
    ]
    assert 0 == result.exit_code
    assert f"Found: openai, in OPENAI_API_KEY: {handles[0]}, " in result.output
    assert "[openai]" in result.output
    assert "sk-one-of-them" not in result.output
    assert set(SECRETS) == set(env(tmp_path))


def test_what_is_there_stays(tmp_path: Path) -> None:
    """
    Every byte of `.env` and of the configuration; what is missing is added behind it.
    """
    before = f"# mine\nRELAY_API_KEY={STRONG}\nDEEPSEEK_KEYS='sk $x'\nEMPTY="
    (tmp_path / ".env").write_text(before)
    (tmp_path / "relay.yaml").write_text("longest_pause: 1\n")
    result = answered(tmp_path, "openai", "sk-new-key-of-openai", "n", "n")

    after = (tmp_path / ".env").read_text()
    assert 0 == result.exit_code
    assert after.startswith(before + "\n")
    assert STRONG == env(tmp_path)["RELAY_API_KEY"]
    assert "sk-new-key-of-openai" == env(tmp_path)["OPENAI_API_KEY"]
    assert 1 == after.count("RELAY_API_KEY")
    assert "longest_pause: 1\n" == (tmp_path / "relay.yaml").read_text()
    assert not (tmp_path / "relay.toml").exists()
    assert "Found: deepseek, in DEEPSEEK_KEYS (.env)" in result.output


def test_twice_changes_nothing(tmp_path: Path) -> None:
    """
    The second time there is nothing to add.
    """
    answered(tmp_path, "openai", "sk-the-key-of-openai", "n", "n")
    first = [(tmp_path / name).read_bytes() for name in (".env", "relay.toml")]
    result = answered(tmp_path, "", "n", "n")

    assert 0 == result.exit_code
    assert first == [(tmp_path / name).read_bytes() for name in (".env", "relay.toml")]


@pytest.mark.parametrize("suffix", ["toml", "yaml"])
def test_a_provider_that_is_not_built_in(suffix: str, tmp_path: Path) -> None:
    """
    A name and an address, asked again until they can be used; the file has it, `.env` its key.
    """
    mistakes = ("y", "openai", "https://x.example/v1", "y", "mine", "x.example")
    result = answered(
        *(tmp_path, "-", *mistakes, "y", "my-own", "https://x.example/v1/", "sk-mine-key-1", "n"),
        "n",
        words=("--format", suffix),
    )

    (own,) = load({}, tmp_path).snapshot.providers
    assert 0 == result.exit_code
    assert ("my-own", "https://x.example/v1") == (own.name, own.base_url)
    assert ["sk-mine-key-1"] == [key.secret for key in own.keys]
    assert 2 == result.output.count("Once more:")


def test_the_lines_for_vercel(tmp_path: Path) -> None:
    """
    Shown when they are asked for: the secrets, and the keys of providers wherever they are.
    """
    result = answered(tmp_path, "", "n", "y", OPENAI_API_KEY="sk-the-key-of-openai")

    shown = result.output.partition("Environment Variables:\n")[2].splitlines()
    written = env(tmp_path)
    assert [f"{name}={written[name]}" for name in SECRETS] == shown[:3]
    assert ["OPENAI_API_KEY=sk-the-key-of-openai"] == shown[3:]


def test_a_weak_secret_is_said(tmp_path: Path) -> None:
    """
    It is not replaced: it is somebody's.
    """
    result = answered(tmp_path, "-", "n", "n", RELAY_ADMIN_KEY="admin")

    assert "RELAY_ADMIN_KEY is set and too weak" in result.output
    assert "RELAY_ADMIN_KEY" not in env(tmp_path)


def test_leaving_in_the_middle_writes_nothing(tmp_path: Path) -> None:
    """
    Whoever stops answering has an empty folder as before.
    """
    result = answered(tmp_path, "openai")

    assert 1 == result.exit_code
    assert [] == list(tmp_path.iterdir())


def test_without_a_terminal_nothing_is_asked(run: Invoke, tmp_path: Path) -> None:
    """
    The example, and no `.env`; so it is with --yes.
    """
    first = run("init", OPENAI_API_KEY="sk-x")
    again = answered(tmp_path, words=("--yes", "--force"))

    assert (0, 0) == (first.exit_code, again.exit_code)
    assert {"relay.toml", "relay.schema.json"} == {path.name for path in tmp_path.iterdir()}


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """
    Said in a sentence.
    """
    (tmp_path / ".env").mkdir()
    result = answered(tmp_path, "-", "n", "n")

    assert 1 == result.exit_code
    assert "Error: .env cannot be written" in result.output
