"""What a caller was sent, kept up to a bound."""

import pytest

from src.application.transcript import Transcript
from src.domain.idempotency import LARGEST_STORED, StoredAnswer


def test_it_is_kept_byte_for_byte() -> None:
    """With the media type that it was sent with."""
    kept = Transcript("application/json")
    for piece in (b'{"a"', b"", b":1}"):
        kept.add(piece)

    assert StoredAnswer("application/json", b'{"a":1}') == kept.stored()


@pytest.mark.parametrize("pieces", [[LARGEST_STORED], [LARGEST_STORED - 1, 1]])
def test_the_largest_answer_is_kept(pieces: list[int]) -> None:
    """In one piece or more."""
    kept = Transcript()
    for size in pieces:
        kept.add(b"x" * size)

    found = kept.stored()
    assert found is not None
    assert LARGEST_STORED == len(found.body)


def test_a_larger_one_is_not_kept_in_part() -> None:
    """Nor does it take room from then on."""
    kept = Transcript()
    for size in (LARGEST_STORED, 1, 5):
        kept.add(b"x" * size)

    assert kept.stored() is None
    assert [] == kept._pieces
