"""Meets a relay at its URL as callers do: with a key and without, streams and large bodies."""

import json
import zlib
from collections.abc import Mapping

from attrs import field, frozen

from ...domain import sse
from ...domain.diagnosis.deployed import TRIED, Asked, Deployed, Ready, Spoken
from ...domain.diagnosis.streams import Heard
from ...domain.errors import BadAnswer, Silent
from ...domain.ports import Clock
from .calls import Answer, Prober, prober

#: By this a relay on this very machine knows that somebody stands between, and treats us as any
#: stranger: it would let its own machine have the demo without a key.
_VIA = ("via", "1.1 airelay-doctor")
_JSON = ("content-type", "application/json")
#: As browsers and SDKs send it: who compresses streams holds them back.
_GZIP = ("accept-encoding", "gzip")
_ORIGIN = ("origin", "https://doctor.invalid")
_PLATFORMS = (("x-vercel-id", "Vercel"), ("cf-ray", "Cloudflare"), ("fly-request-id", "Fly"))
_CHAT = {"messages": [{"role": "user", "content": "Count from 1 to 20, nothing else."}]}


@frozen
class Visit:
    """Where to, and what for. `key`: a client key, "" for none; `probe`: ask `model` for a few
    words, which may cost something; "": the first that is listed."""

    url: str
    key: str = field(repr=False)
    version: str
    timeout: float
    probe: bool = False
    model: str = ""

    @property
    def plain(self) -> bool:
        """Without TLS, to another machine."""
        host = self.url.removeprefix("http://").split("/")[0]
        local = host.startswith(("127.", "localhost", "[::1]"))
        return self.url.startswith("http://") and not local

    def headers(self, *more: tuple[str, str], key: str | None = None) -> list[tuple[str, str]]:
        sent = self.key if key is None else key
        return [_VIA, *more, *([("authorization", f"Bearer {sent}")] if sent else [])]


async def look(visit: Visit, clock: Clock) -> Deployed:
    """All that can be seen; where nothing answers, no more than that."""
    async with prober(clock, visit.timeout) as calls:
        ready = _ready(await calls.ask("GET", f"{visit.url}/health/readiness", visit.headers()))
        seen = Deployed(visit.url, visit.plain, visit.version, ready)
        if not ready.ours:
            return seen
        stranger = await _stranger(visit, calls)
        listed = await calls.ask("GET", f"{visit.url}/v1/models", visit.headers(_ORIGIN))
        kept = calls.dialer.dials == 1
        known = visit.key and listed.status == 200
        model = visit.model or next(iter(_asked(listed).models), "")
        return Deployed(
            visit.url,
            visit.plain,
            visit.version,
            ready,
            stranger=stranger,
            client=_asked(listed) if visit.key else None,
            origins=listed.headers.get("access-control-allow-origin", ""),
            kept=kept,
            bodies=await _bodies(visit, clock) if known else {},
            stream=await _stream(visit, calls) if known else None,
            spoken=await _spoken(visit, calls, model) if known and visit.probe and model else None,
        )


def _ready(answer: Answer) -> Ready:
    told = _object(answer)
    ours = isinstance(told.get("keys_awake"), int) and isinstance(told.get("version"), str)
    step = "connect" if answer.step == "garbled" else answer.step
    return Ready(
        seconds=answer.seconds,
        status=answer.status,
        step=step,
        ours=ours,
        location=answer.headers.get("location", "")[:200],
        platform=next((name for key, name in _PLATFORMS if key in answer.headers), ""),
        version=str(told.get("version", ""))[:40],
        keys_awake=_whole(told, "keys_awake"),
        refusal=_refusal(told),
        store=str(told.get("store", "ok")),
        ahead=answer.ahead,
    )


async def _stranger(visit: Visit, calls: Prober) -> dict[str, Asked]:
    """Without a key, and with one that nobody has."""
    models, chat = f"{visit.url}/v1/models", f"{visit.url}/v1/chat/completions"
    wrong = visit.headers(_JSON, key="sk-relay-nobody-has-this-key")
    return {
        "GET /v1/models": _asked(await calls.ask("GET", models, visit.headers(key=""))),
        "POST /v1/chat/completions": _asked(await calls.ask("POST", chat, wrong, b"{}")),
    }


async def _bodies(visit: Visit, clock: Clock) -> dict[int, Asked]:
    """White space of these sizes: no request, so nothing is done and 400 is the answer."""
    found: dict[int, Asked] = {}
    for size in TRIED:
        async with prober(clock, visit.timeout) as calls:
            url = f"{visit.url}/v1/chat/completions"
            answer = await calls.ask("POST", url, visit.headers(_JSON), b" " * size)
        if isinstance(answer.error, Silent):
            break  # a slow line tells nothing of limits
        found[size] = _asked(answer)
        if found[size].status in (0, 413):
            break
    return found


async def _stream(visit: Visit, calls: Prober) -> Heard:
    url = f"{visit.url}/v1/relay/stream-test"
    answer = _unpacked(await calls.ask("GET", url, visit.headers(_GZIP)))
    encoded = answer.headers.get("content-encoding", "")
    sent, arrived, expected = [], [], 0
    try:
        for at, event in answer.events:
            told = _fields(event)
            if isinstance(moment := told.get("sent_at"), int | float):
                sent.append(float(moment))
                arrived.append(at)
                expected = _whole(told, "of")
    except BadAnswer as error:
        return Heard((), (), expected, encoded, answer.status, error.reason)
    reason = answer.error.reason if answer.error else ""
    if not reason and answer.status != 200:
        reason = f"HTTP {answer.status}"
    return Heard(sent, arrived, expected, encoded, answer.status, reason)


async def _spoken(visit: Visit, calls: Prober, model: str) -> Spoken:
    body = json.dumps({**_CHAT, "model": model, "stream": True, "max_tokens": 16}).encode()
    url = f"{visit.url}/v1/chat/completions"
    answer = await calls.ask("POST", url, visit.headers(_JSON), body)
    asked = _asked(answer)
    events = answer.events if answer.status == 200 else []
    failed = [event for _, event in events if "error" in _fields(event)]
    code = answer.error.reason if answer.error else asked.code
    if failed:
        code = "error_event"
    return Spoken(
        model,
        0 if failed or answer.error else answer.status,
        code,
        [at for at, event in events if "choices" in _fields(event)],
        answer.headers.get("x-relay-provider", ""),
        answer.headers.get("x-relay-degraded", ""),
    )


def _refusal(told: Mapping[str, object]) -> str:
    """What a relay says whose configuration cannot be used."""
    error = told.get("error")
    if not isinstance(error, Mapping) or error.get("code") != "not_configured":
        return ""
    return str(error.get("message", ""))[:500]


def _asked(answer: Answer) -> Asked:
    told = _object(answer)
    error, data = told.get("error"), told.get("data")
    code = str(error.get("code", ""))[:80] if isinstance(error, Mapping) else ""
    names = [each.get("id") for each in data] if isinstance(data, list) else []
    return Asked(answer.status, code, [name for name in names if isinstance(name, str)])


def _object(answer: Answer) -> Mapping[str, object]:
    """Its JSON, if it is an object."""
    return _read(answer.body)


def _whole(told: Mapping[str, object], name: str) -> int:
    found = told.get(name)
    return found if isinstance(found, int) else 0


def _fields(event: sse.Event) -> Mapping[str, object]:
    return _read(event.data or b"")


def _read(data: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _unpacked(answer: Answer) -> Answer:
    """The same, with its pieces as they were before somebody compressed them."""
    if answer.headers.get("content-encoding", "").lower() != "gzip":
        return answer
    unpack = zlib.decompressobj(wbits=31)
    try:
        pieces = [(at, unpack.decompress(data)) for at, data in answer.pieces]
    except zlib.error:
        pieces = []
    return Answer(
        answer.status, answer.headers, answer.seconds, [p for p in pieces if p[1]], answer.error
    )
