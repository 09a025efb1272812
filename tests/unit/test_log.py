"""One structured line for each thing that happened."""

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from src.adapters.log import LogObserver, Style
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
    WorkerEnded,
)
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.domain.usage_search import count, search
from tests.support import owed

RECEIPT = Receipt(
    request_id="0123456789abcdef" * 2,
    at=1_700_000_000.25,
    client="team",
    endpoint="chat.completions",
    model="fast",
    stream=True,
    ending="completed",
    status=200,
    attempts=(
        AttemptRecord("one", "m", "k1", "rate_limited", "status 429"),
        AttemptRecord("two", "m-2", "k2", "served"),
    ),
    usage=Usage(3, 4),
    seconds=1.2345,
    first_event_seconds=0.5,
    overhead_seconds=0.001,
    bytes_out=99,
)


def line(event: Event, style: Style = "json") -> str:
    lines: list[str] = []
    LogObserver(lines.append, style).note(event)
    assert 1 == len(lines)
    return lines[0]


def test_a_request_is_one_json_object() -> None:
    """Everything an operator asks for later, under names of its own."""
    assert {
        "event": "request",
        "at": "2023-11-14T22:13:20.250+00:00",
        "request_id": "0123456789abcdef" * 2,
        "status": 200,
        "ending": "completed",
        "client": "team",
        "endpoint": "chat.completions",
        "model": "fast",
        "stream": True,
        "provider": "two",
        "served_model": "m-2",
        "key": "k2",
        "attempts": ["one/m key k1: rate_limited (status 429)", "two/m-2 key k2: served"],
        "ms": 1234.5,
        "first_event_ms": 500.0,
        "overhead_ms": 1.0,
        "input_tokens": 3,
        "output_tokens": 4,
        "estimated": False,
        "bytes_out": 99,
        "error": None,
        "tags": None,
        "delivery": "live",
        "replay_of": None,
        "degraded": False,
    } == json.loads(line(RequestFinished(RECEIPT)))


def test_a_request_is_one_line_for_people() -> None:
    """When, what came of it, where it went, who asked, how long it took."""
    assert (
        "22:13:20 200 fast -> two/m-2 (team) 1234 ms, 4 tokens out, 2 attempts [01234567]"
    ) == line(RequestFinished(RECEIPT), "text")


def test_a_refusal_is_one_line_for_people() -> None:
    """With the reason, and without what there was not."""
    refused = Receipt("f" * 32, 0.0, "", "", "", stream=False, status=401, error="No key.")

    assert "00:00:00 401 - (nobody) 0 ms [ffffffff]: No key." == line(
        RequestFinished(refused), "text"
    )


@pytest.mark.parametrize("style", ["json", "text"])
@pytest.mark.parametrize("key", [owed.KEY, None])
def test_what_the_books_miss_is_a_line_for_a_program(style: Style, key: bytes | None) -> None:
    """The same in both styles, for `airelay usage replay`; signed, if there is a secret."""
    told = owed.receipt()
    lines: list[str] = []
    LogObserver(lines.append, style, key).note(Unbooked(owed.held(told), told))

    assert [owed.line(key=key)] == lines


@pytest.mark.parametrize("style", ["json", "text"])
def test_no_caller_writes_such_a_line(style: Style) -> None:
    """Whatever it calls its model: nothing in the log looks like one that is not ours."""
    false = owed.line(key=None)
    receipt = evolve(RECEIPT, model=false, error=false, tags=false, endpoint=false)

    for event in (RequestFinished(receipt), Faulted("i", false), StoreFailed("admit", false)):
        assert 0 == count(line(event, style))
        assert [] == search(line(event, style))


EVENTS: list[tuple[Event, str]] = [
    (KeyRested("p", "k", "m", 9.0, "rate_limited"), "key_rested"),
    (KeyRested("p", "k", None, 9.0, "key_rejected"), "key_rested"),
    (BreakerOpened("p", "m", 9.0), "breaker_opened"),
    (BreakerClosed("p", "m"), "breaker_closed"),
    (StoreFailed("admit", "TimeoutError"), "store_failed"),
    (StoreAway("TimeoutError"), "store_away"),
    (StoreBack(2.5), "store_back"),
    (WorkerEnded(7, "SIGKILL", 0.5), "worker_ended"),
    (Faulted("id", "Traceback"), "fault"),
]


@pytest.mark.parametrize(("event", "name"), EVENTS)
def test_every_event_has_its_line(event: Event, name: str) -> None:
    """In both styles, under the same name."""
    assert name == json.loads(line(event))["event"]
    assert line(event, "text").startswith(f"{name}: ")


SECRET = "sk-proj-abcdefghijkl"


@pytest.mark.parametrize("style", ["json", "text"])
def test_what_callers_and_providers_wrote_is_scrubbed(style: Style) -> None:
    """Reasons, tags and traces: none lets a key into the log."""
    receipt = evolve(RECEIPT, error=f"bad {SECRET}", tags=SECRET)

    for event in (RequestFinished(receipt), Faulted("i", SECRET), StoreFailed("admit", SECRET)):
        assert SECRET not in line(event, style)


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_line_is_short_whatever_was_sent(style: Style) -> None:
    """A model name of a megabyte is cut."""
    receipt = evolve(RECEIPT, model="m" * 1_000_000, error="e" * 1_000_000)

    assert len(line(RequestFinished(receipt), style)) < 3000


ANY = st.text(st.characters(), max_size=40) | st.sampled_from(["\n", "\r\nfake", "\x1b[2J", "\x85"])


@given(ANY, ANY, ANY, st.sampled_from(["json", "text"]))
def test_a_request_is_one_printable_line_whatever_was_sent(
    model: str, error: str, tags: str, style: Style
) -> None:
    """No caller writes a second line into the log, nor moves the cursor of who reads it."""
    attempt = AttemptRecord("p", model, "k", "served", error)
    receipt = evolve(RECEIPT, model=model, error=error, tags=tags, attempts=(attempt,))

    assert line(RequestFinished(receipt), style).isprintable()


FROM_CALLERS: list[Event] = [
    KeyRested("p", "k", "m\nfake line", 9.0, "rate_limited"),
    BreakerOpened("p", "m\nfake line", 9.0),
    BreakerClosed("p", "m\x1b[2J"),
]


@pytest.mark.parametrize("event", FROM_CALLERS, ids=lambda event: type(event).__name__)
def test_a_models_name_writes_no_second_json_line(event: Event) -> None:
    """`provider/model` is a caller's word: it stays on its line in every event."""
    assert line(event).isprintable()


@pytest.mark.parametrize("event", FROM_CALLERS, ids=lambda event: type(event).__name__)
def test_a_models_name_writes_no_second_line_for_people(event: Event) -> None:
    """The same where people read it: no second line, and no cursor that moves."""
    assert line(event, "text").isprintable()


@pytest.mark.parametrize(
    "receipt", [evolve(RECEIPT, endpoint=f"/v1/{SECRET}"), evolve(RECEIPT, model=SECRET)]
)
def test_a_key_in_the_wrong_place_is_scrubbed(receipt: Receipt) -> None:
    """Who puts a key into the path, or swaps it with the model, finds none in the log."""
    assert SECRET not in line(RequestFinished(receipt))
