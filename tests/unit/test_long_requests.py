"""What one request or answer may cost: twice as long is twice as dear, and not four times.

The bounds are of CPU time, far above what is needed and far below what squares cost.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from src.domain.blocks import Text
from src.domain.dialects.anthropic_messages.ids import Ids
from src.domain.dialects.openai_chat.choice_in import ChoiceReader
from tests.support.openai_requests import turns, write


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def test_ids_of_one_look() -> None:
    """Thousands that differ only in what Anthropic does not take: each has its own all the same."""
    with within(5):
        ids = Ids.of(chr(0x4E00 + place) for place in range(20_000))
        written = {ids.write(chr(0x4E00 + place)) for place in range(20_000)}

    assert 20_000 == len(written)


def test_texts_that_are_joined() -> None:
    """An assistant's words in very many pieces are one text."""
    said = turns(("user", [Text("Hi")]), ("assistant", [Text("x" * 50)] * 150_000))
    with within(8):
        body = write(said).body

    assert b"x" * 7_500_000 in body


def test_a_thought_in_pieces_that_are_said_twice() -> None:
    """Each delta has it as `reasoning_content` and as a piece of a thinking block."""
    reader, piece = ChoiceReader(0, ""), {"type": "thinking", "thinking": "hm " * 10}
    delta = {"reasoning_content": "hm " * 10, "thinking_blocks": [piece]}
    with within(5):
        events = [event for _ in range(30_000) for event in reader.take({"delta": delta})]

    assert 30_001 == len(events)
