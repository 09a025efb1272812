"""Where a request came from."""

import pytest

from src.adapters.http.asgi import Scope
from src.adapters.http.visitor import headers_of, is_local


def scope(client: str | None = "127.0.0.1", **headers: str) -> Scope:
    pairs = [(n.replace("_", "-").encode(), v.encode("latin-1")) for n, v in headers.items()]
    return {"client": None if client is None else (client, 5000), "headers": pairs}


def local(client: str | None = "127.0.0.1", **headers: str) -> bool:
    found = scope(client, **headers)
    return is_local(found, headers_of(found))


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.10", "::1"])
@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[::1]"]
)
def test_a_call_from_this_machine_by_its_own_name_is_local(client: str, host: str) -> None:
    """Peer and Host are both loopback."""
    assert local(client, host=host)


@pytest.mark.parametrize("client", ["10.0.0.5", "192.168.1.2", "0.0.0.0", "fe80::1", "", None])
def test_a_peer_elsewhere_is_not(client: str | None) -> None:
    """Whatever Host it claims; also a peer that is not known."""
    assert not local(client, host="localhost")


@pytest.mark.parametrize(
    "host",
    [
        *("", "relay.example", "localhost.evil.example", "127.0.0.1.nip.io", "localhost@evil"),
        *("evil@", "[::1", "localhost, evil.example", "0.0.0.0", "2130706433", "[localhost"),
    ],
)
def test_a_host_of_another_name_is_not(host: str) -> None:
    """A web page that made its own name point to 127.0.0.1 gets nothing (DNS rebinding)."""
    assert not local(host=host)


@pytest.mark.parametrize("name", ["origin", "x_forwarded_for", "forwarded", "x_real_ip", "via"])
@pytest.mark.parametrize("value", ["null", "127.0.0.1", ""])
def test_a_web_page_or_a_proxy_is_not(name: str, value: str) -> None:
    """The mere presence of the header is enough."""
    assert not local(host="localhost", **{name: value})


def test_a_request_without_host_is_not() -> None:
    """HTTP/1.0 may leave it out."""
    assert not local()


def test_repeated_headers_are_joined() -> None:
    """As RFC 9110 section 5.3 joins them; bytes beyond ASCII are kept one by one."""
    pairs = [(b"a", b"1"), (b"b", b"\xff"), (b"a", b"2")]

    assert {"a": "1, 2", "b": "\xff"} == headers_of({"headers": pairs})
