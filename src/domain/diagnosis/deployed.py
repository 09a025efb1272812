"""A relay at a URL, as its callers meet it: what stands in front of it, and whom it lets in."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from .clocks import skew
from .findings import Finding, Values, milliseconds, note, ok, problem, warning
from .streams import Heard, answer_findings, own_findings

SLOW = 1.5
#: Sizes of bodies that are tried; the first is what a picture needs, and some proxies' default.
TRIED = (2 << 20, 6 << 20)
MEGABYTE = 1_000_000


@frozen
class Ready:
    """What `/health/readiness` answered. `step`: where it failed when nothing did; `ours`: it is a
    relay's; `refusal`: what one says whose configuration cannot be used."""

    seconds: float = 0.0
    status: int = 0
    step: str = ""
    ours: bool = False
    refusal: str = ""
    location: str = ""
    platform: str = ""
    version: str = ""
    keys_awake: int = 0
    store: str = "ok"
    ahead: float | None = None


@frozen
class Asked:
    """What one request was answered: the status (0: nothing came), our `code` of it, the models."""

    status: int = 0
    code: str = ""
    models: Sequence[str] = ()


@frozen
class Spoken:
    """A model's stream through the relay; `served`: the provider that the relay names."""

    model: str
    status: int = 0
    code: str = ""
    arrived: Sequence[float] = ()
    served: str = ""
    degraded: str = ""


@frozen
class Deployed:
    """All that was seen. What was not tried is None. `stranger`: answers without a key, by path;
    `bodies`: the answer to each size; `kept`: a second request went over the same connection."""

    url: str
    plain: bool
    own_version: str
    ready: Ready
    stranger: Mapping[str, Asked] = {}
    client: Asked | None = None
    origins: str = ""
    kept: bool = True
    bodies: Mapping[int, Asked] = {}
    stream: Heard | None = None
    spoken: Spoken | None = None


def findings(seen: Deployed) -> Iterator[Finding]:
    """Of a relay that does not answer nothing more is said."""
    if stop := _unreached(seen.ready, seen.url):
        yield stop
        return
    ready = seen.ready
    if seen.plain:
        yield problem("relay", "doctor_plain", "doctor_plain_mend", {"url": seen.url})
    yield _reached(ready, seen.url)
    yield _version(ready, seen.own_version)
    yield from _well(ready)
    yield from skew("relay", ready.ahead, seen.url)
    yield from _stranger(seen.stranger)
    yield from _client(seen.client)
    yield from _manners(seen)
    yield from _bodies(seen.bodies)
    if seen.stream is not None:
        yield from own_findings(seen.stream)
    if seen.spoken is not None:
        yield from _spoken(seen.spoken)


_STEPS = {
    "dns": ("doctor_away_dns", "doctor_url_mend"),
    "tls": ("doctor_away_tls", "doctor_away_tls_mend"),
    "connect": ("doctor_away_connect", "doctor_url_mend"),
    "timeout": ("doctor_away_timeout", "doctor_url_mend"),
}


def _unreached(ready: Ready, url: str) -> Finding | None:
    """What keeps every caller out."""
    if ready.step:
        seen, mend = _STEPS.get(ready.step, _STEPS["connect"])
        return problem("relay", seen, mend, {"provider": "", "url": url})
    if 300 <= ready.status < 400:
        to = {"url": url, "location": ready.location}
        return problem("relay", "doctor_moved", "doctor_moved_mend", to)
    if ready.refusal:
        return problem(
            "relay", "doctor_misconfigured", "doctor_misconfigured_mend", {"what": ready.refusal}
        )
    if not ready.ours and ready.status in (401, 403) and ready.platform == "Vercel":
        return problem("relay", "doctor_protected", "doctor_protected_mend", {"url": url})
    if not ready.ours:
        values: Values = {"url": url, "status": ready.status}
        return problem("relay", "doctor_no_relay", "doctor_no_relay_mend", values)
    return None


def _reached(ready: Ready, url: str) -> Finding:
    values: Values = {
        "url": url,
        "milliseconds": milliseconds(ready.seconds),
        "platform": ready.platform,
    }
    if ready.seconds > SLOW:
        return note("relay", "doctor_relay_late", "", values)
    return ok("relay", "doctor_relay", values)


def _version(ready: Ready, own: str) -> Finding:
    values: Values = {"version": ready.version, "own": own}
    if ready.version != own:
        return note("relay", "doctor_version_other", "doctor_version_mend", values)
    return ok("relay", "doctor_version", values)


def _well(ready: Ready) -> Iterator[Finding]:
    if ready.status != 200 and not ready.keys_awake:
        yield problem("relay", "doctor_asleep", "doctor_asleep_mend")
    elif ready.status != 200:
        yield problem("relay", "doctor_not_ready", "doctor_no_clients_mend")
    else:
        yield ok("relay", "doctor_ready", {"count": ready.keys_awake})
    if ready.store == "away":
        yield problem("relay", "doctor_degraded", "doctor_degraded_mend")
    if ready.store == "memory":
        yield problem("relay", "doctor_store_memory", "doctor_store_memory_mend")


def _stranger(answers: Mapping[str, Asked]) -> Iterator[Finding]:
    """Nobody without a key gets anything but 401; 503 is a relay that nobody may use."""
    for path, answer in answers.items():
        values: Values = {"path": path, "status": answer.status}
        if answer.status in (401, 503):
            continue
        if 200 <= answer.status < 300:
            yield problem("relay", "doctor_open", "doctor_open_mend", values)
        else:
            yield warning("relay", "doctor_odd_401", "doctor_no_relay_mend", values)
    if answers and all(answer.status == 401 for answer in answers.values()):
        yield ok("relay", "doctor_closed")


def _client(answer: Asked | None) -> Iterator[Finding]:
    if answer is None:
        yield note("relay", "doctor_no_client_key", "doctor_no_client_key_mend")
    elif answer.status == 401:
        yield problem("relay", "doctor_wrong_key", "doctor_wrong_key_mend")
    elif answer.status != 200:
        values: Values = {"status": answer.status, "code": answer.code}
        yield problem("relay", "doctor_no_models", "doctor_no_models_mend", values)
    elif not answer.models:
        yield warning("relay", "doctor_empty", "doctor_no_provider_mend")
    else:
        yield ok("relay", "doctor_models", {"count": len(answer.models)})


def _manners(seen: Deployed) -> Iterator[Finding]:
    if seen.origins:
        yield warning("relay", "doctor_cors", "doctor_cors_mend", {"origins": seen.origins})
    if not seen.kept:
        yield note("relay", "doctor_not_kept", "doctor_not_kept_mend")


def _bodies(answers: Mapping[int, Asked]) -> Iterator[Finding]:
    """Ours answers a large body of nothing with 400; what is 413, or cut off, is a limit."""
    largest = 0
    for size, answer in sorted(answers.items()):
        if answer.status == 413 or not answer.status:
            values: Values = {
                "size": round(size / MEGABYTE, 1),
                "largest": round(largest / MEGABYTE, 1),
            }
            if largest:
                yield note("relay", "doctor_body_limit", "doctor_body_mend", values)
            else:
                yield warning("relay", "doctor_body_small", "doctor_body_mend", values)
            return
        largest = size
    if largest:
        yield ok("relay", "doctor_body", {"size": round(largest / MEGABYTE, 1)})


def _spoken(spoken: Spoken) -> Iterator[Finding]:
    values: Values = {"model": spoken.model}
    if spoken.status != 200:
        told = {**values, "status": spoken.status, "code": spoken.code}
        yield problem("stream", "doctor_unanswered", "doctor_unanswered_mend", told)
        return
    yield ok("stream", "doctor_served", {**values, "served": spoken.served})
    if spoken.degraded:
        yield warning("stream", "doctor_degraded", "doctor_degraded_mend")
    yield from answer_findings("stream", spoken.model, spoken.arrived)
