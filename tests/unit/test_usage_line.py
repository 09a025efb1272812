"""A usage line: what the books miss, in the log, and nobody else's words for it."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from attrs import evolve

from src.domain import usage_line
from src.domain.gauges import MINUTE
from src.domain.idempotency import Claim
from src.domain.quota import Hold, Outcome
from src.domain.receipt import Usage
from src.domain.usage_line import OLDEST_DAYS, BadLine, Reader, Reason
from tests.support.owed import AT, KEY, LIMITS, held, line, receipt

SIGNED = Reader(KEY)
DAY = 86_400.0


def read(text: str, reader: Reader = SIGNED, now: float = AT) -> tuple[Hold, Outcome]:
    return reader.read(json.loads(text), now)


def refused(text: str, reader: Reader = SIGNED, now: float = AT) -> Reason:
    with pytest.raises(BadLine) as bad:
        read(text, reader, now)
    return bad.value.reason


def test_what_was_told_is_read() -> None:
    """
    The whole receipt, and of the hold what settling needs: its limits and its claim.
    """
    claim = Claim("a" * 64, "b" * 64, AT + DAY)
    told = receipt()
    hold, outcome = read(usage_line.line(held(told, *LIMITS, claim=claim), told, KEY))
    started = tuple(evolve(attempt, started=0.0) for attempt in told.attempts)

    assert Outcome(evolve(told, attempts=started), late=True) == outcome
    assert (told.request_id, claim, True) == (hold.id, hold.claim, hold.limited)
    assert evolve(hold.opened, at=0.0) == evolve(held(told).opened, at=0.0)
    assert {(limit.subject, limit.metric, limit.window, limit.limit) for limit in LIMITS} == {
        (one.subject, one.metric, one.window, one.limit) for one in hold.lines
    }
    assert ["total", "2025-11-22", ""] == [one.period for one in hold.lines]


def test_a_minute_is_over_after_a_minute() -> None:
    """
    What such a limit was charged has drained then: nobody is kept out later for what was used now.
    """
    told = receipt()
    hold, _ = read(usage_line.line(held(told, *LIMITS), told, KEY))
    total, day, minute = hold.lines
    ended = int((told.at + told.seconds) * 1e6)

    assert (True, False) == (minute.current(ended + MINUTE - 1), minute.current(ended + MINUTE))
    assert day.current(ended + 2 * MINUTE) and total.current(10**16)


def test_the_mac_is_over_canonical_json() -> None:
    """
    So that another program can make it and check it: sorted members, no spaces, ASCII.
    """
    told = json.loads(line("r1", *LIMITS))
    said = told.pop("mac")
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    right = hmac.new(KEY, b"relay.usage.v1\0" + text.encode("ascii"), hashlib.sha256).hexdigest()
    assert right == said


def test_a_line_of_long_ago_is_read_for_ever() -> None:
    """
    One as it stands in logs, with its MAC: no release may refuse it, or write it otherwise.
    """
    told = evolve(receipt("r1"), attempts=(), first_event_seconds=None, usage=Usage(3, 4))
    written = (
        '{"event":"relay.usage.v1","receipt":{"request_id":"r1","at_us":1763824620250000,'
        '"client":"team","endpoint":"chat.completions","model":"fast","stream":true,'
        '"ending":"completed","status":200,"usage":{"input_tokens":3,"output_tokens":4},'
        '"seconds_us":1500000,"overhead_seconds_us":1953,"bytes_out":99,"tags":"blue",'
        '"degraded":true,"dropped":["logprobs"],"cost":123},"lines":[{"subject":"client:team",'
        '"metric":"tokens","window":"day","limit":5000,"period":"2025-11-22",'
        '"begins":1763769600000000,"ends":1763856000000000}],'
        '"mac":"5ae28c3debdbf8982d196ba67b0ede4201e60597d2880679247a13ff38c0c2c5"}'
    )

    assert written == usage_line.line(held(told, LIMITS[0]), told, KEY)
    assert told == read(written)[1].receipt


def rewritten(text: str) -> list[str]:
    """As programs on its way may write it again."""
    told = json.loads(text)
    return [
        json.dumps(told, indent=2),
        json.dumps(dict(reversed(told.items())), ensure_ascii=False),
        json.dumps(told, sort_keys=True).replace("team", "\\u0074eam"),
    ]


def test_it_may_be_written_anew_on_its_way() -> None:
    """
    Order, spaces and escapes are no part of what is signed.
    """
    told = evolve(receipt(), model="模型", tags='"\\\n')
    text = usage_line.line(held(told, *LIMITS), told, KEY)

    for other in rewritten(text):
        assert other != text
        assert read(text) == read(other)


CHANGES: list[object] = ["x", 7, None, [], {}]


def test_no_change_goes_unseen() -> None:
    """
    Each member, wherever it is: another value, none, or one more.
    """
    text = line("r1", *LIMITS)
    changes = 0
    for path, value in paths(json.loads(text)):
        for change in CHANGES:
            told = json.loads(text)
            at(told, path[:-1])[path[-1]] = change
            if change != value:
                assert refused(json.dumps(told)) in ("forged", "newer", "unsigned")
                changes += 1
    more = {**json.loads(text), "note": 1}
    assert "forged" == refused(json.dumps(more))
    assert changes > 200


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    deeper = [found for name, one in inside for found in paths(one, (*path, name))]
    return [*([(path, value)] if path else []), *deeper]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    return at(value[path[0]], path[1:]) if path else value


@pytest.mark.parametrize(
    ("signed", "reader", "reason"),
    [
        (KEY, Reader(usage_line.key("another secret, as long", "relay")), "forged"),
        (KEY, Reader(usage_line.key("0f8c9e2b7a6d5f4e3c2b1a09", "preview"), True), "forged"),
        (KEY, Reader(None), "no_secret"),
        (None, Reader(KEY), "unsigned"),
        (None, Reader(None), "unsigned"),
        (KEY, Reader(None, unsigned=True), None),
        (None, Reader(KEY, unsigned=True), None),
        (None, Reader(None, unsigned=True), None),
        (KEY, Reader(KEY, unsigned=True), None),
    ],
)
def test_who_signed_it_decides(signed: bytes | None, reader: Reader, reason: Reason | None) -> None:
    """
    What is not signed is taken only where that is said; what is signed wrongly, never.
    """
    text = line("r1", key=signed)

    assert (signed is not None) == ("mac" in json.loads(text))
    if reason is None:
        assert "r1" == read(text, reader)[0].id
    else:
        assert reason == refused(text, reader)


@pytest.mark.parametrize("said", [7, None, "", "é", "\ud800", ["x"], "A" * 64])
def test_a_mac_that_is_none(said: object) -> None:
    """
    Is refused like a wrong one.
    """
    told = {**json.loads(line("r1")), "mac": said}

    assert refused(json.dumps(told)) == ("unsigned" if said is None else "forged")


@pytest.mark.parametrize(
    ("days", "reason"),
    [(0, None), (OLDEST_DAYS - 1, None), (OLDEST_DAYS + 1, "old"), (-2, "damaged")],
)
def test_how_old_it_may_be(days: int, reason: Reason | None) -> None:
    """
    As old as books remember what came late; and not of another time.
    """
    now = AT + days * DAY

    if reason is None:
        assert "r1" == read(line("r1"), now=now)[0].id
    else:
        assert reason == refused(line("r1"), now=now)


@pytest.mark.parametrize("event", ["relay.usage.v2", "relay.usage.", None, 7])
def test_a_newer_line_is_left_alone(event: object) -> None:
    """
    Its own relay reads it.
    """
    assert "newer" == refused(json.dumps({**json.loads(line("r1")), "event": event}))
