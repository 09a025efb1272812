"""The answer's reader by itself: bytes in, cut anywhere."""

import pytest

from src.adapters.outbound.answer import MAX_HEAD, Answer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
WHOLE = {
    "length": OK + b"X-A: 1\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": CHUNKED + b"X-A: 1\r\n\r\n2;e=1\r\nhe\r\n3\r\nllo\r\n0\r\nX-A: 2\r\n\r\n",
    "interim first": b"HTTP/1.1 100 Continue\r\nX-A: 0\r\n\r\n"
    + OK
    + b"X-A: 1\r\nContent-Length: 5\r\n\r\nhello",
}
FLAWS = {
    "not HTTP": b"<html>\r\n\r\n",
    "HTTP/2": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "switched protocols": b"HTTP/1.1 101 OK\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "length and chunks": CHUNKED + b"Content-Length: 3\r\n\r\n0\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "signed length": OK + b"Content-Length: +1\r\n\r\na",
    "unknown coding": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    "coding inside": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "space in a name": OK + b"Content-Length : 3\r\n\r\nabc",
    "a head in one piece": OK + b"X-A: " + b"a" * MAX_HEAD + b"\r\nContent-Length: 0\r\n\r\n",
}


def fed(*pieces: bytes, method: str = "POST") -> Answer:
    answer = Answer(method)
    for piece in pieces:
        answer.feed(piece)
    return answer


@pytest.mark.parametrize("name", WHOLE)
def test_any_cut_gives_the_same_answer(name: str) -> None:
    """
    Cut in two at every byte, status, headers, body and end stay the same.
    """
    said = WHOLE[name]
    for at in range(1, len(said)):
        answer = fed(said[:at], said[at:])

        assert (200, "1", b"hello") == (answer.status, answer.headers["x-a"], answer.take())
        assert (True, True, None) == (answer.complete, answer.keep_alive, answer.flaw)


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_that_ends_too_early_is_never_complete(name: str) -> None:
    """
    Whatever byte the connection ends after but the last, the answer has a flaw.
    """
    said = WHOLE[name]
    for at in range(len(said)):
        answer = fed(said[:at])
        answer.end(clean=True)

        assert (False, True) == (answer.complete, answer.ended_early), said[:at]


@pytest.mark.parametrize("name", FLAWS)
def test_what_is_no_answer_never_opens(name: str) -> None:
    """
    Illegal, ambiguous and oversize heads give a flaw and no status.
    """
    answer = fed(FLAWS[name])

    assert (False, False, False) == (answer.opened, answer.complete, answer.ended_early)
    assert answer.flaw is not None


def test_the_end_of_the_connection_ends_an_answer_without_length() -> None:
    """
    Without length and chunks a clean end completes the answer, and a reset does not.
    """
    ends = []
    for clean in (True, False):
        answer = fed(OK + b"\r\nhello")
        answer.end(clean=clean)
        ends.append((answer.complete, answer.keep_alive, answer.take()))

    assert [(True, False, b"hello"), (False, False, b"hello")] == ends


ENDLESS = {
    "header value": (OK + b"X-A: ", b"a" * 1024),
    "headers": (OK, b"X-A: " + b"a" * 1000 + b"\r\n"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 40),
    "chunk extension": (CHUNKED + b"\r\n1;", b"a" * 1024),
    "trailers": (CHUNKED + b"\r\n0\r\n", b"X-A: " + b"a" * 1000 + b"\r\n"),
    "trailer value": (CHUNKED + b"\r\n0\r\nX-A: ", b"a" * 1024),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_becomes_a_body_is_bounded(name: str) -> None:
    """
    Headers, interim answers, chunk extensions and trailers without end are given up on.
    """
    start, more = ENDLESS[name]
    answer = fed(start)
    fed_bytes = 0
    while not answer.over and fed_bytes < 10 * MAX_HEAD:
        answer.feed(more)
        fed_bytes += len(more)

    assert answer.flaw is not None
    assert fed_bytes <= MAX_HEAD + 2 * len(more)


def test_an_endless_body_is_no_flaw() -> None:
    """
    Only what is not body is bounded.
    """
    answer = fed(CHUNKED + b"\r\n", *[b"400\r\n" + b"a" * 1024 + b"\r\n"] * 200)

    assert (None, 200 * 1024) == (answer.flaw, len(answer.take()))


def test_cookies_are_dropped() -> None:
    """
    The relay hands on no cookies.
    """
    answer = fed(OK + b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n")

    assert {"content-length": "0"} == answer.headers


@pytest.mark.parametrize("surplus", [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"\0", b"x"])
def test_surplus_bytes_end_the_connection_not_the_answer(surplus: bytes) -> None:
    """
    An answer nobody asked for is not taken for the next one.
    """
    together, apart = fed(WHOLE["length"] + surplus), fed(WHOLE["length"], surplus)

    for answer in (together, apart):
        assert (True, False, b"hello") == (answer.complete, answer.keep_alive, answer.take())


def test_body_before_a_flaw_is_given_out() -> None:
    """
    What arrived before the framing broke is still the caller's.
    """
    answer = fed(CHUNKED + b"\r\n5\r\nhello\r\nzz\r\n")

    assert (b"hello", False, False) == (answer.take(), answer.complete, answer.flaw is None)


def test_an_answer_to_head_has_no_body() -> None:
    """
    The answer to HEAD ends with its headers.
    """
    answer = fed(OK + b"Content-Length: 5\r\n\r\n", method="HEAD")

    assert (True, b"") == (answer.complete, answer.take())
