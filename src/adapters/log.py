"""One structured line per request: JSON for machines, words for people."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec

from ..domain import usage_line
from ..domain.events import (
    BreakerClosed,
    BreakerOpened,
    Event,
    Faulted,
    KeyRested,
    Remark,
    RequestFinished,
    StoreAway,
    StoreBack,
    StoreFailed,
    Unbooked,
    WorkerEnded,
)
from ..domain.receipt import Receipt
from ..domain.redaction import scrub
from ..domain.usage_told import unmarked

Style = Literal["json", "text"]
#: No field of a line is longer: logs are no place for what callers send.
_LONGEST = 512


class LogObserver:
    """The port `Observer`, as lines. `write` takes one line; it must not block for long. `key`
    signs usage lines, which are the same in either style: a program reads them back."""

    def __init__(
        self, write: Callable[[str], None], style: Style, key: bytes | None = None
    ) -> None:
        self._write = write
        self._style = style
        self._key = key

    def note(self, event: Event) -> None:
        if isinstance(event, Unbooked):
            self._write(usage_line.line(event.hold, event.receipt, self._key))
        else:
            self._write(_json(event) if self._style == "json" else _text(event))


def _json(event: Remark) -> str:
    return msgspec.json.encode(_fields(event)).decode()


def _fields(event: Remark) -> dict[str, object]:
    match event:
        case RequestFinished(receipt=receipt):
            return {"event": "request", **_receipt(receipt)}
        case KeyRested():
            return {
                "event": "key_rested",
                "provider": event.provider,
                "key": event.key,
                "model": _clean(event.model) if event.model else None,
                "until": _instant(event.until),
                "reason": event.reason,
            }
        case BreakerOpened(provider=provider, model=model, until=until):
            return {
                "event": "breaker_opened",
                "provider": provider,
                "model": _clean(model),
                "until": _instant(until),
            }
        case BreakerClosed(provider=provider, model=model):
            return {"event": "breaker_closed", "provider": provider, "model": _clean(model)}
        case StoreFailed(verb=verb, detail=detail):
            return {"event": "store_failed", "verb": verb, "detail": _clean(detail)}
        case StoreAway(detail=detail):
            return {"event": "store_away", "detail": _clean(detail)}
        case StoreBack(seconds=seconds):
            return {"event": "store_back", "seconds": round(seconds, 3)}
        case WorkerEnded(pid=pid, how=how, replaced_after=seconds):
            return {"event": "worker_ended", "pid": pid, "how": how, "replaced_after": seconds}
        case Faulted(request_id=request_id, detail=detail):
            return {"event": "fault", "request_id": request_id, "detail": _whole(detail)}


def _receipt(receipt: Receipt) -> dict[str, object]:
    last = receipt.served_by
    usage = receipt.usage
    return {
        "at": _instant(receipt.at),
        "request_id": receipt.request_id,
        "status": receipt.status,
        "ending": receipt.ending,
        "client": receipt.client,
        "endpoint": _clean(receipt.endpoint),
        "model": _clean(receipt.model),
        "stream": receipt.stream,
        "provider": last.provider if last else None,
        "served_model": _clean(last.model) if last else None,
        "key": last.key if last else None,
        "attempts": [_clean(str(attempt)) for attempt in receipt.attempts],
        "ms": round(receipt.seconds * 1000, 1),
        "first_event_ms": _ms(receipt.first_event_seconds),
        "overhead_ms": round(receipt.overhead_seconds * 1000, 1),
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "estimated": usage.estimated if usage else None,
        "bytes_out": receipt.bytes_out,
        "error": _clean(receipt.error) or None,
        "tags": _clean(receipt.tags) or None,
        "delivery": receipt.delivery,
        "replay_of": receipt.replay_of or None,
        "degraded": receipt.degraded,
    }


def _text(event: Remark) -> str:
    if not isinstance(event, RequestFinished):
        fields = _fields(event)
        name = fields.pop("event")
        return f"{name}: " + ", ".join(f"{key} {value}" for key, value in fields.items())
    receipt = event.receipt
    served = receipt.served_by
    where = f" -> {served.provider}/{_clean(served.model)}" if served else ""
    tries = f", {len(receipt.attempts)} attempts" if len(receipt.attempts) > 1 else ""
    tokens = f", {receipt.usage.output_tokens} tokens out" if receipt.usage else ""
    error = f": {_clean(receipt.error)}" if receipt.error else ""
    return (
        f"{_instant(receipt.at)[11:19]} {receipt.status} {_clean(receipt.model) or '-'}{where}"
        f" ({receipt.client or 'nobody'}) {receipt.seconds * 1000:.0f} ms{tokens}{tries}"
        f" [{receipt.request_id[:8]}]{error}"
    )


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _clean(text: str) -> str:
    """What callers and providers wrote: no control characters, no secrets, no novels."""
    short = _whole(text[: _LONGEST * 2])[:_LONGEST]
    return short if short.isprintable() else "".join(map(_visible, short))


def _whole(text: str) -> str:
    """A trace, as long as it is; half a character in it must not stop the log."""
    return unmarked(scrub(text)).encode("utf-8", "replace").decode()


def _visible(character: str) -> str:
    return character if character.isprintable() else "\ufffd"
