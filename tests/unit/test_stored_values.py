"""Values as stores keep them, when relays of two versions use one store."""

import json

import pytest
from attrs import evolve

from src.adapters.stores import words
from src.domain.quota import Outcome
from tests.support.owed import LIMITS, held, receipt

RECEIPT = receipt()
HOLD = held(RECEIPT, *LIMITS)


def with_more(data: bytes) -> bytes:
    """With members that no relay knows yet, at every level."""

    def grown(value: object) -> object:
        if isinstance(value, dict):
            return {name: grown(one) for name, one in value.items()} | {"region": ["eu"]}
        return [grown(one) for one in value] if isinstance(value, list) else value

    return json.dumps(grown(json.loads(data))).encode()


def test_members_of_a_newer_relay_are_passed_over() -> None:
    """
    The rest is read as it was written.
    """
    outcome = Outcome(RECEIPT, late=True)

    assert RECEIPT == words.receipt(with_more(words.text(RECEIPT)))
    assert HOLD == words.hold(with_more(words.text(HOLD)))
    assert outcome == words.outcome(with_more(words.text(outcome)))


WITHOUT = {
    "cost": evolve(RECEIPT, cost=None),
    "dropped": evolve(RECEIPT, dropped=()),
    "attempts": evolve(RECEIPT, attempts=()),
    "tags": evolve(RECEIPT, tags=""),
    "first_event_seconds": evolve(RECEIPT, first_event_seconds=None),
}


@pytest.mark.parametrize("gone", WITHOUT)
def test_what_an_older_relay_did_not_write_has_its_default(gone: str) -> None:
    """
    As if nothing had been there to tell.
    """
    told = json.loads(words.text(RECEIPT))
    del told[gone]

    assert WITHOUT[gone] == words.receipt(json.dumps(told).encode())
    assert Outcome(RECEIPT) == words.outcome(b'{"receipt":%b}' % words.text(RECEIPT))
