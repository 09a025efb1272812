"""`airelay serve` and `airelay key`: what is started, and with which key."""

from pathlib import Path

import pytest
from attrs import evolve

from src.domain.catalogue import Snapshot
from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings
from src.entrypoints.sharing import check_workers
from tests.support.cli import STRONG, Invoke, Ran


def test_key_prints_this_machines_key_and_nothing_else(run: Invoke, tmp_path: Path) -> None:
    """
    Standard output is the key alone, so that $(airelay key) can be used.
    """
    found = run("key")

    assert (0, (tmp_path / "data" / "client-key").read_text()) == (found.exit_code, found.stdout)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"RELAY_API_KEY": STRONG}, "RELAY_API_KEY"),
        ({"RELAY_API_KEY": "short"}, "too weak"),
        ({"VERCEL": "1"}, "RELAY_API_KEY"),
        ({"RELAY_CONFIG": f"client_keys: [{{name: a, key: {STRONG}}}]\n#"}, "RELAY_CONFIG"),
    ],
)
def test_key_prints_no_configured_secret(
    environ: dict[str, str], words: str, run: Invoke, tmp_path: Path
) -> None:
    """
    Where a key is configured, or none may be made, the command says where to look and fails.
    """
    found = run("key", **environ)

    assert (1, "") == (found.exit_code, found.stdout)
    assert words in found.stderr
    assert STRONG not in found.output
    assert not (tmp_path / "data").exists()


def test_serve_runs_with_what_is_configured(run: Invoke, ran: Ran, tmp_path: Path) -> None:
    """
    Options win over the environment, the environment over the file; on loopback the machine's
    own key is there.
    """
    (tmp_path / "relay.toml").write_text('[server]\nhost = "127.0.0.2"\nport = 1\n')

    found = run("serve", "--log", "json", "--port", "3", RELAY_PORT="2")

    assert 0 == found.exit_code
    settings, host, port = ran.starts[0]
    assert ("127.0.0.2", 3, "json") == (host, port, settings.log)
    assert (host, port) == (settings.host, settings.port)
    assert ["local"] == [key.name for key in settings.snapshot.client_keys]


def test_serve_reads_workers_and_grace(run: Invoke, ran: Ran, tmp_path: Path) -> None:
    """
    They too come from the options, else the environment, else the file; a grace of 0 is one.
    """
    (tmp_path / "relay.toml").write_text("[server]\nworkers = 2\ngrace = 0\n")

    run("serve")
    run("serve", RELAY_WORKERS="3", RELAY_GRACE_SECONDS="7")
    run("serve", "--workers", "4", "--grace", "0", RELAY_WORKERS="3", RELAY_GRACE_SECONDS="7")

    assert [(2, 0), (3, 7), (4, 0)] == [(s.workers, s.grace) for s, _, _ in ran.starts]


def test_workers_need_a_store_that_they_share(run: Invoke, ran: Ran) -> None:
    """
    With books in memory each worker would have its own: that is refused, and the mend is said.
    """
    found = run("serve", "--workers", "2", VERCEL="1")

    assert (78, []) == (found.exit_code, ran.starts)
    assert "workers: needs a store that the workers share" in found.stderr
    assert 0 == run("serve", VERCEL="1").exit_code


def test_workers_need_a_system_that_forks() -> None:
    """
    On Windows several are refused; one is not.
    """
    settings = Settings(Snapshot(), Path("nowhere"))

    check_workers(settings, "win32")
    check_workers(evolve(settings, workers=2), "linux")
    with pytest.raises(ConfigurationError, match="Windows"):
        check_workers(evolve(settings, workers=2), "win32")


def test_serve_on_a_public_address_makes_no_key(run: Invoke, ran: Ran, tmp_path: Path) -> None:
    """
    Where others can call, only configured keys are accepted.
    """
    run("serve", "--host", "0.0.0.0")

    assert () == ran.starts[0][0].snapshot.client_keys
    assert not (tmp_path / "data").exists()


def test_serve_does_not_start_with_mistakes(run: Invoke, ran: Ran) -> None:
    """
    A configuration that cannot be used is a list and exit status 78, and nothing starts.
    """
    found = run("serve", RELAY_PORT="x")

    assert (78, []) == (found.exit_code, ran.starts)
    assert "RELAY_PORT: cannot be used." in found.stderr


def test_serve_says_when_its_key_cannot_be_kept(run: Invoke, ran: Ran, tmp_path: Path) -> None:
    """
    A data folder that cannot be written is a problem like any other.
    """
    (tmp_path / "data").write_text("")

    assert (78, []) == (run("serve").exit_code, ran.starts)
