"""Where the configuration is written: one file or one variable, and the environment with `.env`."""

import base64
import binascii
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from attrs import field, frozen

from ...domain.errors import ConfigurationError, Problem

NAMES = ("relay.toml", "relay.yaml", "relay.yml", "relay.json")

#: Far above any real configuration; below what makes a parser slow.
LARGEST = 1 << 20

_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]+={0,2}\s*")
_INLINE = re.compile(r"[\n{\[]|[=:]\s*\S")


@frozen
class Document:
    """A configuration's text. `name` is for people, `suffix` is `.toml`, `.yaml`, ... or ""."""

    name: str
    text: str = field(repr=False)
    suffix: str = ""


def environment(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment over `.env` of the folder. Nothing in `.env` is expanded: a `$` in a
    secret is a `$`. Raises ConfigurationError when `.env` cannot be read."""
    path = folder / ".env"
    if not _there(path):
        return dict(environ)
    from dotenv import dotenv_values  # what only that file needs

    written = dotenv_values(stream=StringIO(_read(path)), interpolate=False)
    below = {name: value for name, value in written.items() if value is not None}
    return {**below, **environ}


def document(environ: Mapping[str, str], folder: Path, file: Path | None = None) -> Document | None:
    """The one configuration document: `file`, else RELAY_CONFIG, else the file in the folder.
    Raises ConfigurationError when it cannot be read or there are two."""
    if file is not None:
        return _from(folder / file)
    if said := environ.get("RELAY_CONFIG", "").strip():
        return _from_variable(said, folder)
    found = [folder / name for name in NAMES if _there(folder / name)]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise _refused(names, "there is more than one configuration file.", "Keep one of them.")
    return _from(found[0]) if found else None


def _from_variable(said: str, folder: Path) -> Document:
    if "\n" not in said and len(said) < 1024 and _there(path := folder / _expanded(said)):
        return _from(path)
    decoded = _unwrapped(said)
    if decoded is not None:
        return Document("RELAY_CONFIG", decoded)
    if _INLINE.search(said):
        return Document("RELAY_CONFIG", said)
    mend = "Give the path of a file, or the document itself, plain or in base64."
    raise _refused("RELAY_CONFIG", "is neither a file that is there nor a document.", mend)


def _expanded(said: str) -> Path:
    try:
        return Path(said).expanduser()
    except RuntimeError:  # `~nobody`
        return Path(said)


def _unwrapped(said: str) -> str | None:
    """The document inside a base64 text (either alphabet, wrapped lines allowed), if it is one."""
    if not _BASE64.fullmatch(said):
        return None
    packed = re.sub(r"[\s=]", "", said).translate(str.maketrans("-_", "+/"))
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        text = raw.decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if _INLINE.search(text) else None


def _from(path: Path) -> Document:
    return Document(str(path), _read(path), path.suffix.lower())


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else "is no file name"
        raise _refused(str(path), f"cannot be read: {reason}.") from error
    if len(raw) > LARGEST:
        raise _refused(str(path), "is larger than 1 MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(str(path), "is not UTF-8 text.", "Save it as UTF-8.") from error


def _there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _refused(where: str, what: str, mend: str = "") -> ConfigurationError:
    return ConfigurationError((Problem(where, what, mend),))
