"""The command line: what each command prints, writes and exits with."""

import json
from pathlib import Path

from src import __version__
from src.entrypoints.cli import cli
from tests.support.cli import STRONG, YAML, Invoke


def test_every_command_explains_itself(run: Invoke) -> None:
    """
    Each command has help with an example in it.
    """
    for name in cli.commands:
        found = run(name, "--help")
        assert 0 == found.exit_code
        assert name == "version" or "Examples:" in found.output
    assert "airelay init && airelay check" in run("--help").output


def test_version(run: Invoke) -> None:
    """
    `version` and `--version` print the same.
    """
    assert f"airelay {__version__}\n" == run("version").output
    assert run("version").output == run("--version").output


def test_init_writes_what_check_accepts(run: Invoke, tmp_path: Path) -> None:
    """
    The example passes the check as it is, and points the editor at the schema beside it.
    """
    assert 0 == run("init").exit_code

    assert 0 == run("check").exit_code
    assert (tmp_path / "relay.toml").read_text().startswith("#:schema ./relay.schema.json\n")
    assert "$schema" in json.loads((tmp_path / "relay.schema.json").read_text())


def test_init_in_yaml(run: Invoke, tmp_path: Path) -> None:
    """
    The YAML example does the same.
    """
    assert 0 == run("init", "--format", "yaml").exit_code

    assert 0 == run("check").exit_code
    first = (tmp_path / "relay.yaml").read_text().splitlines()[0]
    assert "# yaml-language-server: $schema=./relay.schema.json" == first


def test_init_overwrites_only_by_force(run: Invoke, tmp_path: Path) -> None:
    """
    A file that is there stays; with --force it is replaced.
    """
    (tmp_path / "relay.toml").write_text("mine = 1\n")

    assert 1 == run("init").exit_code
    assert "mine = 1\n" == (tmp_path / "relay.toml").read_text()
    assert 0 == run("init", "--force").exit_code
    assert "mine = 1\n" != (tmp_path / "relay.toml").read_text()


def test_init_makes_no_second_configuration(run: Invoke, tmp_path: Path) -> None:
    """
    Beside a configuration in another format nothing is written, by force neither.
    """
    (tmp_path / "relay.json").write_text("{}")

    assert 1 == run("init", "--force").exit_code
    assert ["relay.json"] == [path.name for path in tmp_path.iterdir()]


def test_check_shows_what_is_in_force(run: Invoke, tmp_path: Path) -> None:
    """
    Providers, handles, models, routes and notices are shown; no key is.
    """
    (tmp_path / "relay.yaml").write_text(YAML)

    found = run("check", DATABASE_URL="x")

    assert 0 == found.exit_code
    for words in ("https://a.example/v1", "fast -> a/m, m-large", "small (3): model=m* -> a"):
        assert words in found.output
    assert "DATABASE_URL is ignored" in found.output
    assert "sk-secret-of-a" not in found.output


def test_check_as_json(run: Invoke, tmp_path: Path) -> None:
    """
    The same for programs, without a secret in it.
    """
    (tmp_path / "relay.yaml").write_text(YAML)

    found = run("check", "--json", RELAY_API_KEY=STRONG)
    told = json.loads(found.output)

    assert (0, True, ["default"]) == (found.exit_code, told["ok"], told["client_keys"])
    assert {"handle", "label", "source", "weight"} == set(told["providers"][0]["keys"][0])
    assert [{"name": "fast", "strategy": "ordered", "targets": ["a/m", "m-large"]}] == told[
        "virtual_models"
    ]
    assert STRONG not in found.output and "sk-secret-of-a" not in found.output


def test_check_lists_every_mistake(run: Invoke, tmp_path: Path) -> None:
    """
    Mistakes go to standard error with their mends, and the exit status is 78.
    """
    (tmp_path / "relay.toml").write_text("provider = 1\n[server]\nport = 0\n")

    found = run("check")

    assert (78, "") == (found.exit_code, found.stdout)
    assert "(2 to mend)" in found.stderr
    assert (
        "  provider: is not a known field.\n      mend: Did you mean `providers`?" in found.stderr
    )
    assert "  server.port: must be 1 or more." in found.stderr


def test_check_lists_every_mistake_as_json(run: Invoke, tmp_path: Path) -> None:
    """
    Programs get the same list, and the same exit status.
    """
    (tmp_path / "mine.toml").write_text("longest_pause = -1\n")

    found = run("check", "--json", "--config", "mine.toml")

    assert 78 == found.exit_code
    assert {
        "ok": False,
        "problems": [{"path": "longest_pause", "what": "must be 0 or more.", "mend": ""}],
    } == json.loads(found.stdout)


def test_models_lists_what_leads_somewhere(run: Invoke, tmp_path: Path) -> None:
    """
    Virtual models, declared ids and prefixes, each with where it leads.
    """
    (tmp_path / "relay.yaml").write_text(YAML)

    assert {
        "virtual_models": {"fast": ["a/m", "m-large"]},
        "declared": {"m": ["a"]},
        "prefixes": {"m-": ["a"]},
    } == json.loads(run("models", "--json").output)
    for line in ("  fast -> a/m, m-large\n", "  m -> a\n", "  m-... -> a\n"):
        assert line in run("models").output
