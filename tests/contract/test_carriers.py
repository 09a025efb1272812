"""What every carrier promises: scripts and commands go there once, and their answers come back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from src.adapters.stores.redis.carrier import Carrier, Refused, Reply, Script
from src.domain.errors import NotStorable, StoreRefused, StoreUnreachable
from tests.support.carriers import CARRIERS, FRAGILE, Opens
from tests.support.redis_server import own_server

ECHO = Script("echo", "return {KEYS[1], unpack(ARGV)}")
EVERY_BYTE = Script(
    "every byte", "local s = '' for i = 0, 255 do s = s .. string.char(i) end return s"
)
ODD = ["", " ", "ключ", "键", "🔑\u200d", "a\r\nb", 'q"\\', "\0", "*1\r\n$4\r\nPING\r\n", "OK"]


@pytest.fixture(params=list(CARRIERS.values()), ids=list(CARRIERS))
def opens(request: pytest.FixtureRequest) -> Opens:
    found: Opens = request.param
    return found


@pytest.fixture
async def carrier(opens: Opens, redis_url: str) -> AsyncIterator[Carrier]:
    async with opens(redis_url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("lua", "reply"),
    [
        ("return nil", None),
        ("return false", None),
        ("return true", 1),
        ("return -7", -7),
        ("return 1.9", 1),
        ("return 9007199254740992", 2**53),
        ("return ''", b""),
        ("return 'OK'", b"OK"),
        ("return 'T0s='", b"T0s="),
        ("return {ok='OK'}", b"OK"),
        ("return {ok='FINE'}", b"FINE"),
        ("return {}", []),
        ("return {1, 'two', {ok='OK'}, {3, {false, 'x'}}}", [1, b"two", b"OK", [3, [None, b"x"]]]),
        ("return cjson.encode({a = {1, 2}})", b'{"a":[1,2]}'),
    ],
)
async def test_every_kind_of_reply(carrier: Carrier, lua: str, reply: Reply) -> None:
    """
    Text is bytes, numbers are int, nothing is None, lists nest: the same over every carrier.
    """
    assert reply == await carrier.evaluate(Script("reply", lua), [], [])


async def test_an_answer_may_be_any_bytes(carrier: Carrier) -> None:
    """
    What the server holds comes back byte for byte, whether it is text or not.
    """
    assert bytes(range(256)) == await carrier.evaluate(EVERY_BYTE, [], [])


async def test_any_text_arrives(carrier: Carrier, namespace: str) -> None:
    """
    Keys and arguments may hold any text; nothing in them is taken for anything else.
    """
    key = f"{{{namespace}}}:ключ \r\n"

    assert [text.encode() for text in [key, *ODD]] == await carrier.evaluate(ECHO, [key], ODD)


async def test_large_values_pass(carrier: Carrier) -> None:
    """
    A megabyte goes there and comes back.
    """
    large = "ß" * (1 << 19)

    assert [b"k", large.encode()] == await carrier.evaluate(ECHO, ["k"], [large])


@pytest.mark.parametrize("word", [b"bytes", 1, None, True])
async def test_only_text_is_sent(carrier: Carrier, word: object) -> None:
    """
    An argument that is no text is a defect of ours, and nothing is sent.
    """
    with pytest.raises(TypeError):
        await carrier.evaluate(ECHO, ["k"], [word])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        await carrier.run(["ECHO", word])  # type: ignore[list-item]


async def test_half_a_character_is_not_storable(carrier: Carrier) -> None:
    """
    Text that has no UTF-8 is refused alone; the store is well.
    """
    for _ in range(2):
        with pytest.raises(NotStorable):
            await carrier.evaluate(ECHO, ["k"], ["a\ud800"])
        with pytest.raises(NotStorable):
            await carrier.run(["ECHO", "a\ud800"])

    assert [b"k"] == await carrier.evaluate(ECHO, ["k"], [])


async def test_each_command_of_a_trip_has_its_own_answer(carrier: Carrier, namespace: str) -> None:
    """
    One that is refused does not stop those after it, and loses no answer.
    """
    key = f"{namespace}:n"
    answers = await carrier.run(
        ["INCR", key], ["NO-SUCH", key], ["LPUSH", key, "x"], ["INCR", key], ["HGETALL", "none"]
    )

    first, unknown, wrong, second, empty = answers
    assert (1, 2, []) == (first, second, empty)
    assert isinstance(unknown, Refused) and "unknown command" in unknown.message.lower()
    assert isinstance(wrong, Refused) and wrong.message.startswith("WRONGTYPE")


async def test_a_script_that_fails_is_refused(carrier: Carrier) -> None:
    """
    The error names the script and what the server says; the carrier goes on.
    """
    failing = Script("admit", "return redis.error_reply('ERR no such thing')")
    with pytest.raises(StoreRefused, match=r"admit.*no such thing") as caught:
        await carrier.evaluate(failing, [], [])

    assert "ERR no such thing" == caught.value.reply
    assert [b"k"] == await carrier.evaluate(ECHO, ["k"], [])


async def test_many_at_once_get_their_own_answers(carrier: Carrier) -> None:
    """
    Of 200 calls at the same time each gets what belongs to it.
    """
    names = [f"call {number}" for number in range(200)]
    found = await asyncio.gather(*(carrier.evaluate(ECHO, ["k"], [name]) for name in names))

    assert [[b"k", name.encode()] for name in names] == found


async def test_a_flushed_script_is_sent_again(opens: Opens) -> None:
    """
    A server that forgot its scripts is told them once more; what they do is done once.
    """
    count = Script("count", "return redis.call('INCR', KEYS[1])")
    with own_server(durable=False) as server:
        async with opens(server.url) as carrier:
            for expected in (1, 2):
                assert expected == await carrier.evaluate(count, ["n"], [])
            await carrier.run(["SCRIPT", "FLUSH"])
            for expected in (3, 4):
                assert expected == await carrier.evaluate(count, ["n"], [])


@pytest.mark.parametrize("fragile", list(FRAGILE.values()), ids=list(FRAGILE))
@pytest.mark.parametrize(("applied", "counted"), [(False, b"1"), (True, b"2")])
async def test_a_lost_answer_is_told_and_nothing_is_repeated(
    fragile: type, applied: bool, counted: bytes, redis_url: str, namespace: str
) -> None:
    """
    A connection that breaks before or after the server did it: StoreUnreachable, sent once.
    """
    key = f"{namespace}:n"
    count = Script("count", "return redis.call('INCR', KEYS[1])")
    async with fragile(redis_url) as stand:
        await stand.carrier.evaluate(count, [key], [])
        stand.drop(applied)
        with pytest.raises(StoreUnreachable):
            await stand.carrier.evaluate(count, [key], [])

        assert (counted,) == await stand.carrier.run(["GET", key])


async def test_closed_is_closed(opens: Opens, redis_url: str) -> None:
    """
    After `aclose` nothing is sent any more; closing twice is no matter.
    """
    async with opens(redis_url) as carrier:
        await carrier.evaluate(ECHO, ["k"], [])
        await carrier.aclose()
        with pytest.raises(StoreUnreachable):
            await carrier.evaluate(ECHO, ["k"], [])
        with pytest.raises(StoreUnreachable):
            await carrier.run(["PING"])
