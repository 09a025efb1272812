"""The scripted provider keeps its own promises, so that a red test is the relay's fault."""

import asyncio

import pytest

from . import golden
from .behaviours import (
    ODD_HEADERS,
    bytes_cut_at,
    chat,
    cut_after,
    ends_early,
    ok_chat,
    ok_stream,
    open_after_done,
    pings_only,
    rate_limited,
    reset_after,
    reset_at_once,
    silent,
    slow_first,
)
from .caller import Heard, asking, line, request, send
from .provider import scripted
from .script import Behaviour, Script, by_key, in_turn

ASK = request(body=asking(stream=True), key="sk-one")


async def heard_from(what: Behaviour | Script) -> Heard:
    async with scripted(what) as provider:
        return await send(provider.base_url, ASK)


async def test_a_request_is_kept_as_it_came() -> None:
    """
    Method, path, headers and the exact bytes of the body are on record.
    """
    body = '{"a" :\t"\\u00e9é",\n "big": 123456789012345678901234567890}'.encode()

    async with scripted(ok_chat()) as provider:
        await send(provider.base_url, request("/v1/x?y=1", body, key="sk-one"))

    seen = provider.last
    assert ("POST", "/v1/x?y=1", body) == (seen.method, seen.path, seen.body)
    assert ("sk-one", "relay.test") == (seen.key, seen.header("host"))


async def test_a_chunked_request_is_put_together() -> None:
    """
    A chunked body is kept without its framing.
    """
    async with scripted(ok_chat()) as provider:
        framing = [("Transfer-Encoding", "chunked")]
        await send(
            provider.base_url, request(headers=framing) + b"3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n"
        )

    assert b"abcd" == provider.last.body


async def test_scripts_are_chosen_by_key_and_by_turn() -> None:
    """
    Each key has its own script, and a script its turns; the last turn stays.
    """
    turns = in_turn(rate_limited(2), ok_chat())
    async with scripted(by_key({"sk-one": turns}, otherwise=rate_limited(None))) as provider:
        heard = [await send(provider.base_url, ASK) for _ in range(3)]
        other = await send(provider.base_url, request(body=asking(), key="sk-two"))

    assert [429, 200, 200, 429] == [answer.status for answer in (*heard, other)]
    assert ("2", None) == (heard[0].header("retry-after"), other.header("retry-after"))


async def test_odd_headers_go_out_as_written() -> None:
    """
    Two cookies, an empty value: nothing is joined or dropped.
    """
    heard = await heard_from(ok_chat(headers=ODD_HEADERS))

    assert [(name.lower(), value) for name, value in ODD_HEADERS] == [
        pair for pair in heard.headers if pair[0] not in ("content-type", "content-length")
    ]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
async def test_a_stream_is_the_same_wherever_it_is_cut(line_end: bytes) -> None:
    """
    The pieces differ, the bytes do not.
    """
    whole = b"".join(golden.wire(golden.TEXT, line_end=line_end))

    straight = await heard_from(ok_stream(line_end=line_end))
    pieces = await heard_from(bytes_cut_at(range(1, len(whole)), line_end=line_end))

    assert whole == straight.body == pieces.body
    assert (True, True) == (straight.whole, pieces.whole)
    assert len(whole) == len(pieces.pieces)


@pytest.mark.parametrize(
    ("what", "events", "whole"),
    [
        (cut_after(2), 2, False),
        (reset_after(2), 2, False),
        (ends_early(2), 2, True),
        (ok_stream(), 8, True),
    ],
)
async def test_a_stream_ends_as_scripted(what: Behaviour, events: int, whole: bool) -> None:
    """
    A cut body is not whole; an early end is, and says less.
    """
    heard = await heard_from(what)

    assert whole == heard.whole
    assert events == heard.body.count(b"\n\n")


async def test_a_reset_before_the_answer_is_one() -> None:
    """
    RST, not FIN.
    """
    with pytest.raises(ConnectionResetError):
        await heard_from(reset_at_once())


async def test_usage_comes_where_it_was_asked_for() -> None:
    """
    The usage chunk is in the stream only with `include_usage`.
    """
    asked = asking(stream=True, stream_options={"include_usage": True})
    async with scripted(chat()) as provider:
        plain = await send(provider.base_url, ASK)
        counted = await send(provider.base_url, request(body=asked))
        whole = await send(provider.base_url, request(body=asking()))

    assert [] == [chunk for chunk in plain.chunks if "usage" in chunk]
    assert 18 == counted.chunks[-1]["usage"]["total_tokens"]
    assert "".join(golden.WORDS) == plain.content == whole.json["choices"][0]["message"]["content"]


@pytest.mark.parametrize("what", [silent(), slow_first(30), pings_only(), open_after_done()])
async def test_a_caller_that_leaves_is_noticed(what: Behaviour) -> None:
    """
    Whatever the script waits for, it ends when the other side goes, and says when.
    """
    async with scripted(what) as provider:
        async with line(provider.base_url) as caller:
            caller.say(ASK)
            await provider.until(lambda p: len(p.requests) == 1)
        async with asyncio.timeout(1):
            await provider.last.over.wait()

        assert provider.last.gone_at is not None
        await provider.until(lambda p: p.open == 0)


async def test_one_connection_serves_many_requests() -> None:
    """
    Connections are kept alive after a whole answer.
    """
    async with scripted(ok_chat()) as provider, line(provider.base_url) as caller:
        for _ in range(3):
            caller.say(ASK)
            await caller.answer()

    assert [1, 1, 1] == [seen.connection for seen in provider.requests]
