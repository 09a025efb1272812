"""What SQLite and the file system complain of, as StoreUnavailable that says what to do."""

import errno
import sqlite3
from pathlib import Path

import msgspec

from ....domain.errors import NotStorable, StoreUnavailable


class Foreign(sqlite3.DatabaseError):
    """A file that is not ours to write."""


#: What a verb may fail with: the file's trouble, or a value that no column can hold.
TROUBLE = (sqlite3.Error, OSError, ValueError, OverflowError, TypeError, msgspec.MsgspecError)

_FULL = "the disk is full: make room"
_READ_ONLY = "it cannot be written: let the relay's user write the file and its folder"
_LOCKED = "another program keeps it locked: end that program"
_CORRUPT = (
    "it is damaged, or no database: stop the relay, move it away together with its -wal and -shm,"
    " restore a copy"
)
_DISK = "the disk refused: look at its space, its quota and its health"
_PLACE = "it cannot be opened: RELAY_DATA_DIR must be a folder that the relay's user may write"

#: By SQLite's primary result code (https://www.sqlite.org/rescode.html).
_BY_CODE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_CANTOPEN: _PLACE,
}
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOTDIR: _PLACE,
    errno.EEXIST: _PLACE,
    errno.EISDIR: _PLACE,
}


def unavailable(path: Path, error: Exception) -> StoreUnavailable:
    """The error for whoever waits. Once the cause is gone, writing goes on without a restart."""
    if isinstance(error, Foreign):
        return StoreUnavailable(f"{path} {error}")
    mend = _mend(error)
    if not isinstance(error, OSError | sqlite3.Error):
        return NotStorable(f"{path}: {mend} ({error})")
    return StoreUnavailable(f"{path}: {mend} ({error})" if mend else f"{path}: {error}")


def locked(error: Exception) -> bool:
    """Somebody else is writing, and took longer than we wait."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def of_the_file(error: Exception) -> bool:
    """All verbs will fail like this one, whatever they write."""
    return isinstance(error, OSError | Foreign) or _code(error) in _BY_CODE


def _code(error: Exception) -> int:
    """The primary result code, without the details above its low byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _mend(error: Exception) -> str:
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0, _DISK)
    if isinstance(error, sqlite3.Error):
        return _BY_CODE.get(_code(error), "")
    return "that cannot be written down"
