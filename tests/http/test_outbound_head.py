"""What goes out, and what is never sent."""

import traceback

import pytest

from src.adapters.outbound import address, head
from src.domain.errors import Unreachable

HOST = address.parse("https://api.example.com/v1/chat/completions?a=b#c")

ADDRESSES = {
    "http://a": ("http://a:80", "/", "a"),
    "https://A.example/x": ("https://a.example:443", "/x", "a.example"),
    "https://a:443/x?y=z": ("https://a:443", "/x?y=z", "a"),
    "http://a:8080?y": ("http://a:8080", "/?y", "a:8080"),
    "http://[::1]:8080/x": ("http://[::1]:8080", "/x", "[::1]:8080"),
    "https://a/x#fragment": ("https://a:443", "/x", "a"),
}
BAD_ADDRESSES = [
    "ftp://a/",
    "a/b",
    "",
    "https://",
    "https:///x",
    "https://user:hunter2@a/",
    "https://hunter2@a/",
    "https://a:x/",
    "https://a:70000/",
    "https://a b/",
    "https://a/\r\nx: hunter2",
    "https://a/\thunter2",
    "https://ü.example/",
    "https://.a/",
    "https://a..b/",
    "https://[::1/",
]
BAD_HEADERS = {
    "CR LF": ("x-a", "hunter2\r\nx-b: 1"),
    "LF": ("x-a", "hunter2\nx-b: 1"),
    "CR": ("x-a", "hunter2\r"),
    "NUL": ("x-a", "hunter2\0"),
    "outside Latin-1": ("x-a", "hunter2…"),
    "lone surrogate": ("x-a", "hunter2\udc80"),
    "name with a colon": ("x-a:", "hunter2"),
    "name with a line": ("x-a\r\nx-b", "hunter2"),
    "empty name": ("", "hunter2"),
    "length": ("Content-Length", "2"),
    "coding": ("transfer-encoding", "chunked"),
    "host": ("Host", "elsewhere"),
    "connection": ("connection", "close"),
}


def test_a_head_is_written_in_order() -> None:
    """
    Request line, host, length, then the headers as they were given.
    """
    written = head.write("POST", HOST, (("X-B", "é"), ("authorization", "Bearer k")), 12)

    assert (
        b"POST /v1/chat/completions?a=b HTTP/1.1\r\nhost: api.example.com\r\n"
        b"content-length: 12\r\nX-B: \xe9\r\nauthorization: Bearer k\r\n\r\n" == written
    )


def test_only_a_request_that_may_have_a_body_says_its_length() -> None:
    """
    An empty POST says 0, an empty GET says nothing.
    """
    lengths = [b"content-length: 0" in head.write(m, HOST, (), 0) for m in ("POST", "GET")]

    assert [True, False] == lengths


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_header_that_is_none_is_refused_without_its_value(name: str) -> None:
    """
    Nothing is sent, and neither the error nor its traceback's causes hold the value.
    """
    with pytest.raises(Unreachable) as caught:
        head.write("POST", HOST, (("authorization", "Bearer hunter2"), BAD_HEADERS[name]), 0)

    causes = f"{caught.value.__cause__!r} {caught.value.__context__!r}"
    assert "https://api.example.com:443: a header of this provider cannot be sent" == str(
        caught.value
    )
    assert "hunter2" not in f"{causes} {caught.value!r}"


@pytest.mark.parametrize("method", ["GET /x", "", "G\r\nT"])
def test_a_method_that_is_none_is_refused(method: str) -> None:
    """
    The request line has no room for anything else.
    """
    with pytest.raises(Unreachable):
        head.write(method, HOST, (), 0)


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_is_taken_apart(url: str) -> None:
    """
    Origin, target and host header follow RFC 3986 and RFC 9110.
    """
    parsed = address.parse(url)

    assert ADDRESSES[url] == (str(parsed.origin), parsed.target, parsed.host)


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_an_address_we_do_not_call_is_refused_without_showing_it(url: str) -> None:
    """
    Other schemes, users and passwords, and characters outside a URL are refused.
    """
    with pytest.raises(Unreachable) as caught:
        address.parse(url)

    assert "hunter2" not in str(caught.value) + "".join(
        traceback.format_exception_only(caught.value)
    )
