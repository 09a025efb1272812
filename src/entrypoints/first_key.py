"""The client key of this machine: made on the first start, kept in the data folder."""

import base64
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

from attrs import evolve

from ..domain.catalogue import ClientKey
from ..domain.errors import ConfigurationError, Problem
from .settings import Settings

FILE = "client-key"
START = "sk-relay-"


def first_key(data_dir: Path) -> str:
    """The key in `client-key`, made when there is none: 32 random bytes, the file 0600, the
    folder 0700. Of several processes that start at once, all get the same key. Raises
    ConfigurationError when the folder or the file cannot be used."""
    path = data_dir / FILE
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        mend = "Set RELAY_DATA_DIR to a folder that can be written, or set RELAY_API_KEY."
        problem = Problem(str(path), f"cannot be used for this machine's key: {reason}.", mend)
        raise ConfigurationError((problem,)) from error
    if len(key) < len(START) + 43:
        problem = Problem(str(path), "holds no whole key.", "Delete it; a new one is made.")
        raise ConfigurationError((problem,))
    return key


def with_first_key(settings: Settings, host: str) -> Settings:
    """The settings with this machine's own key as client `local`: only when listening on
    loopback, not on Vercel, and nobody configured a client key, weak or strong. Otherwise
    unchanged. Raises ConfigurationError as `first_key` does."""
    snapshot = settings.snapshot
    if settings.on_vercel or not is_loopback(host):
        return settings
    if snapshot.client_keys or "client_keys" in snapshot.switched_off:
        return settings
    key = ClientKey("local", sha256(first_key(settings.data_dir).encode()).digest())
    return evolve(settings, snapshot=evolve(snapshot, client_keys=(key,)))


def is_loopback(host: str) -> bool:
    """Can only this machine reach that address? Names other than `localhost` are not trusted."""
    bare = host.strip().removeprefix("[").removesuffix("]").split("%", 1)[0]
    if bare.lower().removesuffix(".") == "localhost":
        return True
    try:
        address = ip_address(bare)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _make(path: Path) -> None:
    """Writes a key aside and links it into place: whoever reads the name sees a whole key, and
    only the first of several links succeeds."""
    random = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    aside = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    try:
        _write(aside, f"{START}{random}\n")
        try:
            os.link(aside, path)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links: the first to create it wins
            with suppress(FileExistsError):
                _write(path, f"{START}{random}\n")
    finally:
        aside.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
