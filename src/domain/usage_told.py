"""What a usage line tells of a request: its receipt, and what settling it needs.

Numbers are whole, for readers of JSON disagree on how others are written: what ends in `_us` are
microseconds. Texts are short, and hold no key of anybody's. What is as it usually is, is left out.
"""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

import msgspec
from attrs import Attribute, asdict, evolve, frozen

from .idempotency import Claim
from .lines import Line, micros
from .quota import Hold, hold
from .receipt import Receipt
from .redaction import scrub

#: More is no number that every reader of JSON holds exactly (RFC 8259, section 6).
MOST = 2**53 - 1
#: Letters of a text, as JSON in ASCII writes them.
LONGEST = 256
#: Members of a list; the last attempts are told, and no request has as many.
MOST_MEMBERS = 32
#: What nobody but the relay writes into its log.
MARK = "relay.usage."
_MICROS = "_us"
#: What a minute's limit was charged has drained after so many microseconds.
_DRAINS = 60_000_000
#: What means nothing to another process, or is told in passing; or is of no use any more.
_LEFT_OUT = frozenset({"started", "left", "amount", "enforced", "timezone"})


@frozen
class _Told:
    """How the request ended, and what settling it needs."""

    receipt: Receipt
    lines: tuple[Line, ...] = ()
    claim: Claim | None = None


def told(held: Hold, receipt: Receipt) -> dict[str, object]:
    """For the log. Its size is bounded, but for the number of limits in its way."""
    found = asdict(_Told(receipt, held.lines, held.claim), filter=_unusual)
    lines = [_plain(line) for line in found.pop("lines", ())]
    plain = {name: _plain(value) for name, value in found.items()}
    return {**plain, "lines": lines} if lines else plain


def untold(told: Mapping[str, object]) -> tuple[Hold, Receipt]:
    """Back from the log. A field that is not known here is passed over. Raises ValueError."""
    try:
        found = msgspec.convert({**_restored_members(told), "lines": _lines(told)}, _Told)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(str(error)) from None
    receipt = found.receipt
    if not receipt.request_id:
        raise ValueError("whose is it?")
    opened = Receipt(
        *(receipt.request_id, receipt.at, receipt.client, receipt.endpoint, receipt.model),
        stream=receipt.stream,
    )
    # Of a request that is over the books need no provider, and nothing of what was reserved.
    ended = receipt.at + receipt.seconds
    held = hold(opened, provider="", until=ended, claim=found.claim)
    return evolve(held, lines=tuple(_closed(line, ended) for line in found.lines)), receipt


def short(text: str) -> str:
    """What callers and providers wrote: no keys, no novels, and nothing that looks like a line."""
    clean = unmarked(scrub(text[: LONGEST * 2])).encode("utf-8", "replace").decode()[:LONGEST]
    while len(json.dumps(clean)) - 2 > LONGEST:
        clean = clean[: len(clean) * 7 // 8]
    return clean


def unmarked(text: str) -> str:
    """What others wrote, so that nobody takes it for a usage line."""
    return text.replace(MARK, "relay-usage-")


def _unusual(field: "Attribute[Any]", value: object) -> bool:
    return field.name not in _LEFT_OUT and value != field.default


def _plain(value: object) -> object:
    match value:
        case dict():
            return {_named(name, one): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value[-MOST_MEMBERS:]]
        case bool() | None:
            return value
        case int():
            return max(0, min(value, MOST))
        case float():
            return round(max(0.0, min(value * 1e6, float(MOST)))) if isfinite(value) else 0
        case _:
            return short(str(value))


def _named(name: str, value: object) -> str:
    return f"{name}{_MICROS}" if isinstance(value, float) else name


def _restored(value: object) -> object:
    """Raises ValueError for what `_plain` never makes."""
    match value:
        case dict():
            return _restored_members(value)
        case list():
            return [_restored(one) for one in value]
        case bool() | None:
            return value
        case int() if 0 <= value <= MOST:
            return value
        case str() if len(value) <= LONGEST:
            return value
    raise ValueError("what no line has")


def _restored_members(value: Mapping[str, object]) -> dict[str, object]:
    return dict(_member(name, one) for name, one in value.items())


def _lines(told: Mapping[str, object]) -> list[dict[str, object]]:
    """Without what was reserved."""
    found = told.get("lines", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("limits of some other kind")
    return [{**_restored_members(one), "amount": 0} for one in found]


def _member(name: str, value: object) -> tuple[str, object]:
    found = _restored(value)
    if not name.endswith(_MICROS):
        return name, found
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValueError(f"{name} is no number")
    return name.removesuffix(_MICROS), found / 1e6


def _closed(line: Line, ended: float) -> Line:
    """It is charged while its window lasts: a minute's has drained by itself after one."""
    return evolve(line, ends=micros(ended) + _DRAINS) if line.sliding else line
