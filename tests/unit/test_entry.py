"""One request in the books: its states, and what each step adds to the sums."""

from datetime import UTC

import pytest
from attrs import evolve

from src.domain import quota
from src.domain.entry import (
    Entry,
    State,
    added,
    admitted,
    checkpointed,
    lost,
    settled,
)
from src.domain.lines import Amounts
from src.domain.quota import Hold, Outcome
from src.domain.receipt import Receipt, Usage
from src.domain.usage import Tally
from tests.support.tally import tokens_alone

OPENED = Receipt("1", 1000.0, "team", "chat.completions", "m", stream=True)
HOLD = quota.hold(OPENED, provider="p", amounts=Amounts(40), until=2000.0)


def outcome(output: int) -> Outcome:
    usage = Usage(output_tokens=output)
    return Outcome(evolve(OPENED, ending="completed", status=200, usage=usage))


def until(instant: float) -> Hold:
    return evolve(HOLD, until=instant)


def total(before: Entry | None, after: Entry) -> Tally:
    """What a step adds to the days."""
    rows = [row for window, row in added(before, after, UTC) if window == "day"]
    return tokens_alone(sum((row.tally for row in rows), Tally()))


def test_what_is_admitted_is_open_and_has_no_receipt() -> None:
    """Nothing is charged yet."""
    entry = admitted(HOLD)

    assert ("open", None, None) == (entry.state, entry.outcome, entry.receipt)
    assert () == added(None, entry, UTC)


def test_a_checkpoint_is_no_receipt() -> None:
    """It is what is charged if the process dies; the last one counts."""
    first = checkpointed(admitted(HOLD), HOLD, outcome(3))
    entry = checkpointed(first, HOLD, outcome(5))

    assert ("open", outcome(5), None) == (entry.state, entry.outcome, entry.receipt)
    assert () == added(first, entry, UTC)


@pytest.mark.parametrize(("said", "then"), [(1500.0, 2000.0), (2000.0, 2000.0), (2500.0, 2500.0)])
def test_a_checkpoint_never_shortens_a_hold(said: float, then: float) -> None:
    """Later is later, sooner is nothing."""
    assert then == checkpointed(admitted(HOLD), until(said), outcome(1)).hold.until


def test_a_settled_entry_has_its_receipt_and_charges_it() -> None:
    """The checkpoint was only a promise."""
    open = checkpointed(admitted(HOLD), HOLD, outcome(3))
    entry = settled(open, HOLD, outcome(9))

    assert ("settled", outcome(9).receipt) == (entry.state, entry.receipt)
    assert Tally(requests=1, output_tokens=9) == total(open, entry)


def test_what_was_never_admitted_is_written_down_all_the_same() -> None:
    """With the hold that it should have had."""
    entry = settled(None, HOLD, outcome(9))

    assert Entry(HOLD, "settled", outcome(9)) == entry
    assert Tally(requests=1, output_tokens=9) == total(None, entry)


def test_a_lost_entry_is_what_its_last_checkpoint_said() -> None:
    """And says that it was lost."""
    open = checkpointed(admitted(HOLD), HOLD, outcome(3))
    entry = lost(open)

    assert "lost" == entry.state
    assert entry.receipt is not None
    assert ("lost", outcome(3).receipt.usage) == (entry.receipt.ending, entry.receipt.usage)
    assert Tally(requests=1, errors=1, output_tokens=3) == total(open, entry)


def test_a_lost_entry_without_a_checkpoint_is_what_was_asked() -> None:
    """All there is to tell."""
    entry = lost(admitted(HOLD))

    assert entry.receipt is not None
    assert evolve(OPENED, ending="lost", error=entry.receipt.error) == entry.receipt


def test_a_late_settle_corrects_by_the_difference() -> None:
    """The sums after it are those of a settle in time."""
    dead = lost(checkpointed(admitted(HOLD), HOLD, outcome(3)))
    entry = settled(dead, HOLD, outcome(9))

    assert "corrected" == entry.state
    assert Tally(errors=-1, output_tokens=6) == total(dead, entry)
    assert Tally(requests=1, output_tokens=9) == total(None, dead) + total(dead, entry)


@pytest.mark.parametrize("state", ["settled", "corrected"])
def test_what_is_over_is_over(state: State) -> None:
    """The very same entry comes back, and adds nothing."""
    entry = Entry(HOLD, state, outcome(9))

    assert settled(entry, HOLD, outcome(99)) is entry
    assert () == added(entry, entry, UTC)


@pytest.mark.parametrize("state", ["settled", "corrected", "lost"])
def test_a_checkpoint_after_the_end_is_nothing(state: State) -> None:
    """Nor does it lengthen the hold."""
    entry = Entry(HOLD, state, outcome(9))

    assert checkpointed(entry, until(9e9), outcome(99)) is entry
