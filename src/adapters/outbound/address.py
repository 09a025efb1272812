"""URLs we call, taken apart once: where to connect, what to ask for, what to call it in errors."""

from urllib.parse import urlsplit

from attrs import frozen

from ...domain.errors import Unreachable

_PORTS = {"http": 80, "https": 443}


@frozen
class Origin:
    """Who is called. Connections are shared within one origin and never across two."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{bracketed(self.host)}:{self.port}"


@frozen
class Address:
    """One URL: its origin, the request target and the value of the host header."""

    origin: Origin
    target: str
    host: str


def parse(url: str) -> Address:
    """Takes a URL apart. Raises Unreachable, without the URL in it, for one we do not call:
    not http(s), no host, a user or password in it, anything that is not printable ASCII."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Unreachable("the provider's address holds characters a URL may not hold")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unreachable("the provider's address is not a URL") from None
    scheme, host = parts.scheme, parts.hostname
    if scheme not in _PORTS or not host or "@" in parts.netloc or "" in host.split(".")[:-1]:
        raise Unreachable("the provider's address is not one the relay calls")
    standard = _PORTS[scheme]
    origin = Origin(scheme, host, standard if port is None else port)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = bracketed(host)
    return Address(origin, target, name if origin.port == standard else f"{name}:{origin.port}")


def bracketed(host: str) -> str:
    """An IPv6 literal as URLs write it (RFC 3986, 3.2.2); any other host as it is."""
    return f"[{host}]" if ":" in host else host
