"""Client keys and the relay's own secrets: which are taken, which are too weak."""

import hashlib
from pathlib import Path

import pytest

from src.domain.catalogue import ClientKey
from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.keys import is_weak

STRONG = "0f8c9e2b7a6d5f4e3c2b1a09"


OTHER = "c51d77aa0be2449f83aa6e10"


def read(folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), **environ}, folder)


def clients(folder: Path, **environ: str) -> tuple[list[str], dict[str, str]]:
    snapshot = read(folder, **environ).snapshot
    return [key.name for key in snapshot.client_keys], dict(snapshot.switched_off)


def test_client_keys_of_the_environment(tmp_path: Path) -> None:
    """
    One key is called default, several are numbered; only digests are kept.
    """
    one = read(tmp_path, RELAY_API_KEY=f" {STRONG} ").snapshot

    assert (ClientKey("default", hashlib.sha256(STRONG.encode()).digest()),) == one.client_keys
    assert (["env-1", "env-2"], {}) == clients(tmp_path, RELAY_API_KEY=f"{STRONG}, {OTHER}")


def test_weak_client_keys_are_dropped_and_said(tmp_path: Path) -> None:
    """
    A weak key among strong ones is left out with a notice, and is not printed.
    """
    found = read(tmp_path, RELAY_API_KEY=f"hunter2,{STRONG}")

    assert ["env-2"] == [key.name for key in found.snapshot.client_keys]
    assert ("Key 1 of 2 in RELAY_API_KEY is too weak and not accepted.",) == found.notices


@pytest.mark.parametrize(
    ("name", "feature"),
    [
        ("RELAY_API_KEY", "client_keys"),
        ("RELAY_ADMIN_KEY", "admin"),
        ("RELAY_SIGNING_SECRET", "temporary_keys"),
    ],
)
def test_a_weak_secret_switches_its_feature_off(name: str, feature: str, tmp_path: Path) -> None:
    """
    The relay starts, without the feature, and says what to set; nothing weak is kept.
    """
    found = read(tmp_path, **{name: "changeme-changeme"})

    assert [feature] == list(found.snapshot.switched_off)
    assert name in found.snapshot.switched_off[feature]
    assert ((), None, None) == (found.snapshot.client_keys, found.admin_key, found.signing_secret)


def test_a_strong_key_anywhere_keeps_clients_on(tmp_path: Path) -> None:
    """
    A weak RELAY_API_KEY beside a strong key of the file switches nothing off.
    """
    (tmp_path / "relay.yaml").write_text(f"client_keys: [{{name: a, key: {STRONG}}}]")

    assert (["a"], {}) == clients(tmp_path, RELAY_API_KEY="short")


def test_client_keys_of_the_file(tmp_path: Path) -> None:
    """
    The file gives a key, its variable or its digest; weak ones are dropped, a key of the
    environment that the file names keeps the file's name.
    """
    digest = hashlib.sha256(OTHER.encode()).hexdigest()
    (tmp_path / "relay.yaml").write_text(
        f"""
client_keys:
  - {{name: a, key_env: RELAY_API_KEY}}
  - {{name: b, sha256: {digest}, enabled: false}}
  - {{name: c, key: password}}
"""
    )
    found = read(tmp_path, RELAY_API_KEY=STRONG)

    assert (
        ClientKey("a", hashlib.sha256(STRONG.encode()).digest()),
        ClientKey("b", bytes.fromhex(digest), enabled=False),
    ) == found.snapshot.client_keys
    assert ("The client key `c` is too weak and is not accepted.",) == found.notices


@pytest.mark.parametrize(
    "secret",
    [
        *("", "short", "fifteen-letters", "a" * 40, "1212121212121212", "changeme-changeme"),
        *("Your-API-Key-Here", "password12345678", "sk-1234567890abcdef", "Secret_Secret_Secret"),
    ],
)
def test_a_secret_anybody_would_try_is_weak(secret: str) -> None:
    """
    Short ones, known defaults, and runs of the same are weak.
    """
    assert is_weak(secret)


@pytest.mark.parametrize(
    "secret",
    [
        *(STRONG, OTHER, "sk-relay-eIWK5GOZgTUjqZLJWIPxhPn7FTY9DYgm2UDKkRKDu54"),
        *("correct-horse-battery-staple", "5f2b8c1e-9a7d-4e3f-8b6a-1c2d3e4f5a6b"),
    ],
)
def test_a_secret_that_was_made_is_strong(secret: str) -> None:
    """
    Random text, UUIDs and passphrases are fine.
    """
    assert not is_weak(secret)
