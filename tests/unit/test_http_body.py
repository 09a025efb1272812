"""The request body: what is read of it, and for how long."""

import asyncio
from collections.abc import Iterable

import pytest

from src.adapters.http import body
from src.adapters.http.asgi import Message
from src.domain.errors import BodyTooSlow, TooLarge
from tests.support.clock import TurnedClock
from tests.support.hand_clock import HandClock


class Sender:
    """Gives these pieces, and after them nothing, like a client that has said all; or, unless it
    `ends`, one that has not."""

    def __init__(self, pieces: Iterable[bytes], *, ends: bool = True) -> None:
        self.left = list(pieces)
        self.ends = ends

    async def receive(self) -> Message:
        if not self.left:
            await asyncio.Event().wait()
        piece = self.left.pop(0)
        return {
            "type": "http.request",
            "body": piece,
            "more_body": bool(self.left) or not self.ends,
        }


@pytest.mark.parametrize(
    "pieces", [[b"x" * 20], [b"x" * 8, b"x" * 8], [b"x" * 20, b"x" * 20, b"x"]]
)
async def test_a_body_that_is_too_large_is_read_to_its_end_and_no_further(
    pieces: list[bytes],
) -> None:
    """
    The client can finish sending, and hears of it at once when it has.
    """
    sender = Sender(pieces)

    async with asyncio.timeout(1):
        with pytest.raises(TooLarge):
            await body.read(sender.receive, 10, {}, TurnedClock())

    assert [] == sender.left


async def test_a_length_that_is_too_large_is_refused_after_the_body_has_come() -> None:
    """
    The same when the headers say so beforehand.
    """
    sender = Sender([b"x" * 12, b"x" * 8])

    async with asyncio.timeout(1):
        with pytest.raises(TooLarge):
            await body.read(sender.receive, 10, {"content-length": "20"}, TurnedClock())

    assert [] == sender.left


async def test_a_body_within_the_bound_comes_whole() -> None:
    """
    Piece by piece, or at once.
    """
    cut, whole = Sender([b"abc", b"def"]).receive, Sender([b"abcdef"]).receive

    assert b"abcdef" == await body.read(cut, 6, {}, TurnedClock())
    assert b"abcdef" == await body.read(whole, 6, {"content-length": "6"}, TurnedClock())


@pytest.mark.parametrize("pieces", [[b"x" * 20], [b"x"]], ids=["too large", "slow"])
async def test_a_client_that_says_no_more_is_waited_for_so_long(pieces: list[bytes]) -> None:
    """
    For the rest of a body that is refused five seconds, for one that is not fifteen.
    """
    clock, sender = HandClock(), Sender(pieces, ends=False)
    reading = asyncio.ensure_future(body.read(sender.receive, 10, {}, clock))
    patience = 15.0 if pieces == [b"x"] else 5.0

    await clock.turn(patience - 0.1)
    assert not reading.done()
    await clock.turn(0.2)
    with pytest.raises((TooLarge, BodyTooSlow)):
        reading.result()
