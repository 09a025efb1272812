"""What every observer promises. An observer is one line in OBSERVERS."""

import pytest

from src.adapters.log import LogObserver
from src.domain.events import (
    BreakerClosed,
    BreakerOpened,
    Event,
    Faulted,
    KeyRested,
    RequestFinished,
    StoreAway,
    StoreBack,
    StoreFailed,
    Unbooked,
)
from src.domain.lines import Line
from src.domain.ports import Observer
from src.domain.quota import Hold
from src.domain.receipt import AttemptRecord, Receipt


def _drop(line: str) -> None:
    line.encode()


OBSERVERS: dict[str, Observer] = {
    "log, JSON": LogObserver(_drop, "json"),
    "log, text": LogObserver(_drop, "text"),
    "log, signed": LogObserver(_drop, "json", b"key"),
}

ODD = "模型\n\0\u2028" + "x" * 100_000
BARE = Receipt("", 0.0, "", "", "", stream=False)
ODDEST = Receipt(
    *(ODD, 4e9, ODD, ODD, ODD),
    stream=True,
    attempts=(AttemptRecord(ODD, ODD, ODD, ODD, ODD),) * 20,
    error=ODD,
    tags=ODD,
    seconds=1e12,
)
LINES = (Line(ODD, "tokens", "day", -1, 2**70, period=ODD),)
EVENTS: list[Event] = [
    *(RequestFinished(receipt) for receipt in (BARE, ODDEST)),
    *(KeyRested(ODD, ODD, model, 0.0, ODD) for model in (None, ODD)),
    BreakerOpened(ODD, ODD, 4e9),
    BreakerClosed(ODD, ODD),
    StoreFailed(ODD, ODD),
    StoreAway(ODD),
    StoreBack(1.5),
    Faulted(ODD, ODD),
    *(Unbooked(Hold(ODD, (ODD,), 7, 4e9, BARE, lines=LINES), told) for told in (BARE, ODDEST)),
]


@pytest.mark.parametrize("observer", OBSERVERS.values(), ids=OBSERVERS)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_it_takes_every_event_and_never_fails(observer: Observer, event: Event) -> None:
    """Whatever is in it: empty, endless, or full of control characters."""
    observer.note(event)


@pytest.mark.parametrize("observer", OBSERVERS.values(), ids=OBSERVERS)
def test_half_a_character_does_not_hurt(observer: Observer) -> None:
    """A trace may quote what is no whole text (a file's name, a caller's word)."""
    observer.note(Faulted("id", "\ud800"))
