"""Laws about errors: each in its caller's own dialect, with the status that it is (promise 9)."""

import re
from collections.abc import Iterator

from src.domain import errors
from src.domain.blocks import Dialect

from .history import History, Visit
from .laws_of_meaning import READERS
from .meaning import decoded, events

#: Design, section 5.
_STATUSES: dict[type[errors.Refusal], int] = {
    errors.InvalidRequest: 400,
    errors.ModelNotFound: 404,
    errors.Conflict: 409,
    errors.KeyReused: 422,
    errors.KeysResting: 429,
    errors.LimitReached: 429,
    errors.AllAttemptsFailed: 502,
    errors.NothingToTry: 503,
    errors.StoreDown: 503,
    errors.DeadlineExceeded: 504,
}
_TYPES = {
    400: "invalid_request_error",
    404: "not_found_error",
    409: "invalid_request_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
}
#: How a stream ends well, at the beginning of a line: inside JSON there is none.
LAST_WORDS: dict[Dialect, re.Pattern[bytes]] = {
    "openai_chat": re.compile(rb"(?:^|[\r\n])data: \[DONE\]"),
    "anthropic_messages": re.compile(rb"(?:^|[\r\n])event: message_stop"),
}


def of_visit(history: History, visit: Visit) -> Iterator[str]:
    """For one request that was refused."""
    if visit.ended != ["refuse"] or visit.refusal is None:
        return
    if isinstance(visit.refusal, errors.InvalidRequest) and visit.refusal.param != "n":
        yield f"dialect: {visit.refusal!r} about {visit.refusal.param}:"
    if visit.opened:
        yield from _event(visit)
    else:
        yield from _answer(history, visit)


def _event(visit: Visit) -> Iterator[str]:
    """One event, and no clean end with it."""
    said = visit.written[-1]
    found = events(said)
    right = len(found) == 1 and READERS[visit.dialect].is_error(decoded(found[0].data or b""))
    named = "error" if visit.dialect == "anthropic_messages" else ""
    if not right or found[0].name != named:
        yield f"dialect: {said!r} for a caller of {visit.dialect}:"
    if any(end.search(b"".join(visit.written)) for end in LAST_WORDS.values()):
        yield "I1: a last word in a stream that was not completed:"


def _answer(history: History, visit: Visit) -> Iterator[str]:
    body = decoded(b"".join(visit.written))
    if not isinstance(body, dict) or not READERS[visit.dialect].is_error(body):
        yield f"dialect: {body!r} for a caller of {visit.dialect}:"
        return
    refusal, status = visit.refusal, visit.status
    expected = _STATUSES.get(type(refusal)) if refusal else None
    if isinstance(refusal, errors.ProviderRefused):
        last = history.tries_of(visit.id)[-1]
        script = last.script
        expected = status if script.status == 200 else script.status  # said in an answer
        if last.read < sum(len(piece.data) for piece in script.pieces):
            return  # half an error says little
        if not body["error"]["message"].startswith(script.words):
            yield f"dialect: {body} for a caller whose provider said {script.words!r}:"
    if status != expected:
        yield f"dialect: {refusal!r} with the status {status}, not {expected}:"
    kind = body["error"].get("type")
    if visit.dialect == "anthropic_messages" and kind != _TYPES.get(status, kind):
        yield f"dialect: {kind} with the status {status}:"
