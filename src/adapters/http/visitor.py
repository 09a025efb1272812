"""Where a request came from, and its headers as we read them."""

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from ...domain.errors import InvalidRequest
from .asgi import Scope

#: RFC 1035 section 2.3.4: 255 octets, and a port.
LONGEST_HOST = 261
#: RFC 3986 section 3.2.2, with labels as DNS allows them; empty is allowed in HTTP/1.0.
_HOST = re.compile(
    r"(?:[\w-]{1,63}(?:\.[\w-]{1,63})*\.?|\[[0-9A-Fa-f:.]+\])?(?::\d{1,5})?", re.ASCII
)
#: Any of these means that somebody stands between us and the caller.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def headers_of(scope: Scope) -> dict[str, str]:
    """Lower-case names; repeated ones joined as RFC 9110 section 5.3 joins them."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        # RFC 9110 section 5.5: white space around a value is no part of it.
        key, text = name.decode("latin-1"), value.decode("latin-1").strip(" \t")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def check(scope: Scope, headers: dict[str, str]) -> None:
    """Raises InvalidRequest for what no honest client sends."""
    if scope.get("http_version") == "1.1" and headers.get("host", ",").count(","):
        # RFC 9112 section 3.2: exactly one.
        raise InvalidRequest("Send exactly one Host header.", param="host")
    host = headers.get("host", "")
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        raise InvalidRequest("The Host header is not a host.", param="host")


def is_local(scope: Scope, headers: dict[str, str]) -> bool:
    """From this very machine, asked for by a loopback name, by no web page and no proxy."""
    client = scope.get("client")
    return (
        client is not None
        and _is_loopback(str(client[0]))
        and _names_loopback(headers.get("host", ""))
        and "origin" not in headers
        and not any(name in headers for name in _FORWARDED)
    )


@lru_cache(maxsize=1024)
def _names_loopback(host: str) -> bool:
    try:
        return _is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


@lru_cache(maxsize=1024)  # the same few names and addresses, over and over
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
