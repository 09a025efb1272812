"""The key of this machine: made once, kept to oneself, and only where it is safe."""

import os
import re
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest
from attrs import evolve

from src.domain.catalogue import ClientKey, Snapshot
from src.domain.errors import ConfigurationError
from src.entrypoints.first_key import first_key, is_loopback, with_first_key
from src.entrypoints.settings import Settings

KEY = ClientKey("mine", b"d" * 32)


def settings(folder: Path) -> Settings:
    return Settings(Snapshot(), folder / "data")


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_it_is_made_once(tmp_path: Path) -> None:
    """
    The first call makes a key of 32 random bytes; later calls read the same one.
    """
    key = first_key(tmp_path / "a" / "b")

    assert re.fullmatch(r"sk-relay-[A-Za-z0-9_-]{43}", key)
    assert key == first_key(tmp_path / "a" / "b")
    assert key != first_key(tmp_path / "c")
    assert ["client-key"] == names(tmp_path / "a" / "b")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's files by other means")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """
    The file is 0600 and its folder 0700, whatever the umask.
    """
    before = os.umask(0)
    try:
        first_key(tmp_path / "data")
    finally:
        os.umask(before)

    assert 0o700 == stat.S_IMODE((tmp_path / "data").stat().st_mode)
    assert 0o600 == stat.S_IMODE((tmp_path / "data" / "client-key").stat().st_mode)


def test_all_who_start_at_once_agree(tmp_path: Path) -> None:
    """
    Sixteen at a time get one and the same key, many times over, and leave nothing behind.
    """
    for turn in range(20):
        folder, together = tmp_path / str(turn), Barrier(16)

        def start(_: int, folder: Path = folder, together: Barrier = together) -> str:
            together.wait()
            return first_key(folder)

        with ThreadPoolExecutor(16) as pool:
            assert 1 == len(set(pool.map(start, range(16))))
        assert ["client-key"] == names(folder)


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    """
    The problem names the file and how to mend it.
    """
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="RELAY_DATA_DIR"):
        first_key(tmp_path / "file" / "data")


@pytest.mark.parametrize("held", [b"", b"sk-relay-short\n", b"\xff\xfe"])
def test_a_file_without_a_key_is_a_problem(held: bytes, tmp_path: Path) -> None:
    """
    What is there and is no whole key is neither used nor overwritten.
    """
    (tmp_path / "client-key").write_bytes(held)

    with pytest.raises(ConfigurationError, match="client-key"):
        first_key(tmp_path)

    assert held == (tmp_path / "client-key").read_bytes()


def test_it_becomes_the_client_called_local(tmp_path: Path) -> None:
    """
    On loopback, with no key configured, the machine's own key may call.
    """
    found = with_first_key(settings(tmp_path), "127.0.0.1")

    digest = sha256(first_key(tmp_path / "data").encode()).digest()
    assert (ClientKey("local", digest),) == found.snapshot.client_keys


PLAIN = Settings(Snapshot(), Path("unused"))
REFUSED = {
    "on all addresses": ("0.0.0.0", PLAIN),
    "on a public address": ("192.0.2.1", PLAIN),
    "on Vercel": ("127.0.0.1", evolve(PLAIN, on_vercel=True)),
    "with a key of one's own": ("127.0.0.1", evolve(PLAIN, snapshot=Snapshot(client_keys=(KEY,)))),
    "with a weak one": (
        "::1",
        evolve(PLAIN, snapshot=Snapshot(switched_off={"client_keys": "mend"})),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_elsewhere_nothing_is_made(name: str, tmp_path: Path) -> None:
    """
    Where others could call, or keys are configured, the settings stay as they are.
    """
    host, plain = REFUSED[name]
    given = evolve(plain, data_dir=tmp_path / "data")

    assert given == with_first_key(given, host)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        *(("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("[::1]", True)),
        *(("localhost", True), ("LOCALHOST.", True), ("::ffff:127.0.0.1", True), ("::1%lo", True)),
        *(
            ("0.0.0.0", False),
            ("::", False),
            ("", False),
            ("10.0.0.1", False),
            ("a.example", False),
        ),
        *(("localhost.evil.example", False), ("127.0.0.1.nip.example", False), ("fe80::1", False)),
    ],
)
def test_what_is_loopback(host: str, answer: bool) -> None:
    """
    Only addresses that never leave the machine, and `localhost`.
    """
    assert answer is is_loopback(host)
