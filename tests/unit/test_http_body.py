"""The request body: what is read of it, and for how long."""

import asyncio
from collections.abc import Iterable

import pytest

from src.adapters.http import body
from src.adapters.http.asgi import Message
from src.domain.errors import TooLarge


class Sender:
    """Gives these pieces, and after them nothing, like a client that has said all."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.left = list(pieces)

    async def receive(self) -> Message:
        if not self.left:
            await asyncio.Event().wait()
        piece = self.left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.left)}


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
            await body.read(sender.receive, 10, {})

    assert [] == sender.left


async def test_a_length_that_is_too_large_is_refused_after_the_body_has_come() -> None:
    """
    The same when the headers say so beforehand.
    """
    sender = Sender([b"x" * 12, b"x" * 8])

    async with asyncio.timeout(1):
        with pytest.raises(TooLarge):
            await body.read(sender.receive, 10, {"content-length": "20"})

    assert [] == sender.left


async def test_a_body_within_the_bound_comes_whole() -> None:
    """
    Piece by piece, or at once.
    """
    assert b"abcdef" == await body.read(Sender([b"abc", b"def"]).receive, 6, {})
    assert b"abcdef" == await body.read(Sender([b"abcdef"]).receive, 6, {"content-length": "6"})
