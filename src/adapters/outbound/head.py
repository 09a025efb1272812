"""The request head, as bytes, with nothing in it that could be taken for something else."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ...domain.errors import Unreachable
from .address import Address

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2

#: Where a message ends is said here and nowhere else: a second opinion is request smuggling.
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"}
)

#: Methods whose empty body needs no length (RFC 9110, 8.6).
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


def write(
    method: str, address: Address, headers: Iterable[tuple[str, str]], body_length: int
) -> bytes:
    """The head of one request. `headers` come without those of the framing, which are ours.

    Raises Unreachable, with no name and no value in it, when a header is none: CR, LF or NUL in
    a value, a character outside Latin-1, a name that is no token or that is ours to write.
    """
    lines = [f"{_token(method)} {address.target} HTTP/1.1", f"host: {address.host}"]
    if body_length or method not in _BODILESS:
        lines.append(f"content-length: {body_length}")
    for name, value in headers:
        if not _sendable(name):
            raise _refusal(address)
        lines.append(f"{name}: {value}")
    lines += ("", "")
    text = "\r\n".join(lines)
    # One look at the whole text instead of one per value: every line end must be one of ours.
    breaks = len(lines) - 1
    if text.count("\r") != breaks or text.count("\n") != breaks or "\0" in text:
        raise _refusal(address)
    # Asked beforehand: UnicodeEncodeError would carry the whole head, keys included.
    if not text.isascii() and max(text) > "\xff":
        raise _refusal(address)
    return text.encode("latin-1")


def _refusal(address: Address) -> Unreachable:
    return Unreachable(f"{address.origin}: a header of this provider cannot be sent")


@lru_cache(maxsize=256)
def _sendable(name: str) -> bool:
    return _TOKEN.fullmatch(name) is not None and name.lower() not in _OURS


@lru_cache(maxsize=32)
def _token(method: str) -> str:
    if _TOKEN.fullmatch(method) is None:
        raise Unreachable("the method of the request cannot be sent")
    return method
