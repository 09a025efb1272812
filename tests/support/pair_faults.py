"""The same faults from providers of each dialect."""

from collections.abc import Mapping

from src.domain.blocks import Dialect

from . import behaviours, claude, golden, messages
from .script import Behaviour, Script

#: Words, and then something else than the rest of them.
_TEXT = [messages.start(), *messages.text(0, *golden.WORDS), *messages.last("end_turn")]
#: Events of each dialect after which two words have gone out.
_OPENAI, _ANTHROPIC = 3, 4
#: What goes out of a stream that is broken so.
HALF = "".join(golden.WORDS[:2])

Faults = Mapping[Dialect, Behaviour | Script]


def _both(openai: Behaviour, anthropic: Behaviour) -> Faults:
    return {"openai_chat": openai, "anthropic_messages": anthropic}


def _status(
    code: int, anthropic: str, openai: str | None = None, message: str | None = None
) -> Faults:
    return _both(
        behaviours.refused(code, name=openai),
        claude.refused(code, anthropic, message or f"The provider says {code}."),
    )


#: By the row of the page.
REFUSALS: dict[str, tuple[int, Faults]] = {
    "400, a bad request": (400, _status(400, "invalid_request_error", "bad")),
    "401, the provider's key is wrong": (502, _status(401, "authentication_error")),
    "402, no credit": (502, _status(402, "billing_error")),
    "403, the provider's key may not": (502, _status(403, "permission_error")),
    "404, no such model there": (404, _status(404, "not_found_error", "model_not_found")),
    "413, too large for the provider": (413, _status(413, "request_too_large")),
    "422, cannot be processed": (422, _status(422, "invalid_request_error")),
    "429, every key rests": (
        429,
        _both(behaviours.rate_limited(30), claude.refused(429, "rate_limit_error", retry_after=30)),
    ),
    "500, the provider failed": (502, _status(500, "api_error")),
    "529, overloaded": (502, _status(529, "overloaded_error")),
    "The provider is silent": (502, _both(behaviours.silent(), behaviours.silent())),
}

#: Streams that break off after two words, by the row of the page.
BREAKS: dict[str, Faults] = {
    "A stream is cut": _both(behaviours.cut_after(_OPENAI), claude.cut_after(_ANTHROPIC, _TEXT)),
    "A stream ends early": _both(
        behaviours.ends_early(_OPENAI), claude.ends_early(_ANTHROPIC, _TEXT)
    ),
    "A stream falls silent": _both(
        behaviours.stall_after(_OPENAI), claude.stall_after(_ANTHROPIC, _TEXT)
    ),
    "An error event in a stream": _both(
        behaviours.error_event_after(_OPENAI), claude.error_event_after(_ANTHROPIC, _TEXT)
    ),
}

#: The same before any word: nothing has gone out yet.
EARLY: dict[str, Faults] = {
    "cut": _both(behaviours.cut_after(1), claude.cut_after(2, _TEXT)),
    "early end": _both(behaviours.ends_early(1), claude.ends_early(2, _TEXT)),
    "silent": _both(behaviours.stall_after(1), claude.stall_after(2, _TEXT)),
    "error event": _both(behaviours.error_event_after(1), claude.error_event_after(2, _TEXT)),
    "500": _status(500, "api_error"),
    "529": _status(529, "overloaded_error"),
    "429": REFUSALS["429, every key rests"][1],
    "401": _status(401, "authentication_error"),
}
