"""Providers and their keys: reachable, accepted, listing models, streaming, with something left."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from ..errors import (
    BadAnswer,
    KeyForbidden,
    KeyRejected,
    OutOfCredit,
    RateLimited,
    ServerFailed,
    Silent,
    UpstreamError,
)
from .clocks import skew
from .findings import Finding, Values, milliseconds, note, ok, problem, warning
from .streams import answer_findings

#: Another part of the world is nearer.
SLOW = 2.0
SHOWN = 5


@frozen
class Listed:
    """What `GET /models` brought with one key. `step`: where it failed when nothing answered:
    `dns`, `tls`, `connect`, `timeout`. `error`: what the answer means. `models`: None where it is
    no list. `left`: what the provider says is left of its limits."""

    seconds: float = 0.0
    name_seconds: float = 0.0
    connect_seconds: float = 0.0
    status: int = 0
    step: str = ""
    error: UpstreamError | None = None
    models: Sequence[str] | None = None
    ahead: float | None = None
    left: Mapping[str, str] = {}


@frozen
class Streamed:
    """A tiny streamed answer: when events with content came, or why none did."""

    model: str
    arrived: Sequence[float] = ()
    first: float = 0.0
    error: UpstreamError | None = None
    left: Mapping[str, str] = {}


@frozen
class Key:
    """One key, by its handle, and what came of it."""

    handle: str
    label: str
    listed: Listed
    streamed: Streamed | None = None


@frozen
class Provider:
    """One provider. `declared`: models that its owner named in the file."""

    name: str
    url: str
    keys: Sequence[Key]
    declared: Sequence[str] = ()


def findings(provider: Provider) -> Iterator[Finding]:
    """Of the provider once, then of each key."""
    name = provider.name
    if not provider.keys:
        yield warning(
            "providers", "doctor_no_key", "doctor_no_key_mend", {"provider": name}, about=name
        )
        return
    away = next((key.listed for key in provider.keys if key.listed.step), None)
    if away is not None:
        yield _away(provider, away)
        return
    yield _reached(provider)
    yield from skew("providers", provider.keys[0].listed.ahead, provider.name, name)
    for key in provider.keys:
        yield from _key(provider, key)
    yield from _unlisted(provider)


_STEPS = {
    "dns": ("doctor_away_dns", "doctor_away_dns_mend"),
    "tls": ("doctor_away_tls", "doctor_away_tls_mend"),
    "connect": ("doctor_away_connect", "doctor_away_connect_mend"),
    "timeout": ("doctor_away_timeout", "doctor_away_timeout_mend"),
}


def _away(provider: Provider, listed: Listed) -> Finding:
    seen, mend = _STEPS.get(listed.step, _STEPS["connect"])
    values: Values = {"provider": provider.name, "url": provider.url}
    return problem("providers", seen, mend, values, about=provider.name)


def _reached(provider: Provider) -> Finding:
    fastest = min((key.listed for key in provider.keys), key=lambda listed: listed.seconds)
    first = provider.keys[0].listed
    values: Values = {
        "provider": provider.name,
        "milliseconds": milliseconds(fastest.seconds),
        "name": milliseconds(first.name_seconds),
        "connect": milliseconds(first.connect_seconds),
    }
    if fastest.seconds > SLOW:
        return note("providers", "doctor_reached_late", "", values, about=provider.name)
    return ok("providers", "doctor_reached", values, about=provider.name)


def _key(provider: Provider, key: Key) -> Iterator[Finding]:
    about = f"{provider.name} {key.handle}"
    values: Values = {"handle": key.handle, "label": key.label}
    if key.listed.error is not None:
        yield _refused(key.listed.error, about, {**values, "status": key.listed.status})
    elif key.listed.models is None:
        yield note("providers", "doctor_no_list", "", values, about=about)
    else:
        count = len(key.listed.models)
        yield ok("providers", "doctor_key", {**values, "count": count}, about=about)
    if key.streamed is not None:
        yield from _streamed(key.streamed, about)
    left = {**key.listed.left, **(key.streamed.left if key.streamed else {})}
    if left:
        told = ", ".join(f"{what} {count}" for what, count in left.items())
        none = any(count == "0" for count in left.values())
        if none:
            yield note("providers", "doctor_left", "doctor_left_mend", {"left": told}, about=about)
        else:
            yield ok("providers", "doctor_left", {"left": told}, about=about)


def _refused(error: UpstreamError, about: str, values: Values) -> Finding:
    match error:
        case KeyRejected():
            found, seen, mend = problem, "doctor_key_rejected", "doctor_key_rejected_mend"
        case KeyForbidden():
            found, seen, mend = warning, "doctor_key_forbidden", "doctor_key_forbidden_mend"
        case OutOfCredit():
            found, seen, mend = problem, "doctor_no_credit", "doctor_no_credit_mend"
        case RateLimited():
            found, seen, mend = warning, "doctor_key_rests", "doctor_key_rests_mend"
        case ServerFailed() | Silent():
            found, seen, mend = warning, "doctor_provider_failed", "doctor_provider_failed_mend"
        case BadAnswer():
            found, seen, mend = problem, "doctor_no_api", "doctor_no_api_mend"
        case _:
            found, seen, mend = warning, "doctor_refused", "doctor_refused_mend"
    return found("providers", seen, mend, {**values, "reason": error.reason}, about=about)


def _streamed(streamed: Streamed, about: str) -> Iterator[Finding]:
    if streamed.error is not None:
        values: Values = {"handle": about, "label": "", "model": streamed.model}
        status = streamed.error.status or 0
        yield _refused(streamed.error, about, {**values, "status": status})
        return
    first = milliseconds(streamed.first)
    values = {"model": streamed.model, "milliseconds": first}
    yield ok("providers", "doctor_answered", values, about=about)
    yield from answer_findings("providers", about, streamed.arrived)


def _unlisted(provider: Provider) -> Iterator[Finding]:
    """Models of the file that no key lists: misspelt, or gone."""
    lists = [key.listed.models for key in provider.keys if key.listed.models]
    if not lists:
        return
    there = {model for models in lists for model in models}
    missing = [model for model in provider.declared if model not in there]
    if missing:
        values: Values = {
            "provider": provider.name,
            "count": len(missing),
            "names": ", ".join(missing[:SHOWN]),
        }
        yield warning(
            "providers", "doctor_unlisted", "doctor_unlisted_mend", values, about=provider.name
        )
