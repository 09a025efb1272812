"""What the doctor makes of facts about providers, streams, and relays elsewhere."""

from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from src.domain.diagnosis import deployed, providers
from src.domain.diagnosis.deployed import Asked, Deployed, Ready, Spoken
from src.domain.diagnosis.providers import Key, Listed, Provider, Streamed
from src.domain.diagnosis.streams import Heard, answer_findings, how, moments, own_findings
from src.domain.errors import (
    BadAnswer,
    KeyForbidden,
    KeyRejected,
    OutOfCredit,
    RateLimited,
    RequestRejected,
    ServerFailed,
    UpstreamError,
)
from tests.support.findings import shown

TENTHS = [n / 10 for n in range(10)]


ARRIVALS = [
    ("as they are sent", TENTHS, "live"),
    ("late, and as they are sent", [at + 5 for at in TENTHS], "live"),
    ("with a hiccup", [0, 0.1, 0.4, 0.401, 0.402, 0.5, 0.6, 0.7, 0.8, 0.9], "live"),
    ("in two pieces", [0.4] * 5 + [0.9] * 5, "batches"),
    ("in four pieces", [0.2] * 3 + [0.5] * 3 + [0.8] * 3 + [0.9], "batches"),
    ("at the end", [0.9] * 10, "held"),
    ("at the end, over a slow line", [0.9 + n / 50 for n in range(10)], "held"),
]


@pytest.mark.parametrize(("arrived", "expected"), [a[1:] for a in ARRIVALS], ids=lambda x: str(x))
def test_how_a_stream_came(arrived: Sequence[float], expected: str) -> None:
    """
    By how long it took to come, against how long it was sent, and in how many pieces.
    """
    assert expected == how(Heard(TENTHS, arrived, 10))


def test_moments() -> None:
    """
    What comes within ten milliseconds of what went before came with it.
    """
    assert [0, 1, 1, 2] == [moments(list(at)) for at in ((), (1,), (1, 1.009), (1, 1.02))]


HEARD = Heard(TENTHS, TENTHS, 10)
STREAMS = [
    (HEARD, {}),
    (evolve(HEARD, arrived=[1.0] * 10), {"stream_held": "problem"}),
    (evolve(HEARD, encoded="gzip"), {"stream_encoded": "warning"}),
    (evolve(HEARD, arrived=TENTHS[:9], sent=TENTHS[:9]), {"stream_cut": "problem"}),
    (evolve(HEARD, failure="cut"), {"stream_cut": "problem"}),
    (Heard((), (), 0, status=404), {"stream_untested": "note"}),
    (Heard((), (), 0, status=200), {"stream_cut": "problem"}),
]


@pytest.mark.parametrize(("heard", "expected"), STREAMS)
def test_the_relays_own_stream(heard: Heard, expected: dict[str, str]) -> None:
    """
    Held, collected, compressed, cut, or not there.
    """
    assert expected == shown(own_findings(heard))


def test_a_models_stream() -> None:
    """
    A short answer may honestly come at once: a note, and nothing of a single event.
    """
    assert {"answer_at_once": "note"} == shown(answer_findings("stream", "m", [1.0, 1.001]))
    assert {} == shown(answer_findings("stream", "m", [1.0, 1.2]))
    assert [] == list(answer_findings("stream", "m", [1.0]))


LISTED = Listed(seconds=0.2, status=200, models=["m", "n"])
KEY = Key("abcd0123", "OPENAI_API_KEY", LISTED)
PROVIDER = Provider("a", "https://a.example/v1", [KEY])


def refused(error: UpstreamError, status: int) -> Provider:
    return evolve(
        PROVIDER, keys=[evolve(KEY, listed=evolve(LISTED, models=None, error=error, status=status))]
    )


def listing(**more: Any) -> Provider:
    return evolve(PROVIDER, keys=[evolve(KEY, listed=evolve(LISTED, **more))])


PROVIDERS: list[tuple[Provider, dict[str, str]]] = [
    (PROVIDER, {}),
    (evolve(PROVIDER, keys=[]), {"no_key": "warning"}),
    (listing(step="dns"), {"away_dns": "problem"}),
    (listing(step="tls"), {"away_tls": "problem"}),
    (listing(step="connect"), {"away_connect": "problem"}),
    (listing(step="timeout"), {"away_timeout": "problem"}),
    (listing(seconds=2.1), {"reached_late": "note"}),
    (listing(ahead=-40.0), {"clock_apart": "warning"}),
    (listing(models=None), {"no_list": "note"}),
    (listing(left={"requests": "0"}), {"left": "note"}),
    (listing(left={"requests": "7"}), {}),
    (evolve(PROVIDER, declared=["m", "gone"]), {"unlisted": "warning"}),
    (evolve(PROVIDER, declared=["m"]), {}),
    (evolve(listing(models=[]), declared=["m"]), {}),
    (refused(KeyRejected(), 401), {"key_rejected": "problem"}),
    (refused(KeyForbidden(), 403), {"key_forbidden": "warning"}),
    (refused(OutOfCredit(), 402), {"no_credit": "problem"}),
    (refused(RateLimited(), 429), {"key_rests": "warning"}),
    (refused(ServerFailed(), 500), {"provider_failed": "warning"}),
    (refused(BadAnswer(), 200), {"no_api": "problem"}),
    (refused(RequestRejected(), 400), {"refused": "warning"}),
    (evolve(PROVIDER, keys=[evolve(KEY, streamed=Streamed("m", [1.0, 1.3]))]), {}),
    (
        evolve(PROVIDER, keys=[evolve(KEY, streamed=Streamed("m", error=OutOfCredit()))]),
        {"no_credit": "problem"},
    ),
]


@pytest.mark.parametrize(("seen", "expected"), PROVIDERS)
def test_a_provider(seen: Provider, expected: dict[str, str]) -> None:
    """
    Where it cannot be reached that is all; else each key is judged by what it was answered.
    """
    assert expected == shown(providers.findings(seen))


def test_keys_are_told_apart() -> None:
    """
    A finding about a key names it, by its handle.
    """
    other = evolve(refused(KeyRejected(), 401).keys[0], handle="ffff0000")
    found = providers.findings(evolve(PROVIDER, keys=[KEY, other]))

    assert ["a ffff0000"] == [each.about for each in found if each.level == "problem"]


SHUT = {"GET /v1/models": Asked(401)}
RELAY = Deployed(
    "https://r.example",
    plain=False,
    own_version="1",
    ready=Ready(0.1, 200, ours=True, version="1", keys_awake=2),
    stranger=SHUT,
    client=Asked(200, models=["m"]),
    bodies={2_000_000: Asked(400), 6_000_000: Asked(400)},
    stream=HEARD,
)


def ready(**more: Any) -> Deployed:
    return evolve(RELAY, ready=evolve(RELAY.ready, **more))


RELAYS: list[tuple[Deployed, dict[str, str]]] = [
    (RELAY, {}),
    (evolve(RELAY, plain=True), {"plain": "problem"}),
    (ready(step="tls"), {"away_tls": "problem"}),
    (ready(ours=False, status=404), {"no_relay": "problem"}),
    (ready(ours=False, status=308), {"moved": "problem"}),
    (ready(ours=False, status=401), {"no_relay": "problem"}),
    (ready(ours=False, status=401, platform="Vercel"), {"protected": "problem"}),
    (ready(ours=False, refusal="x", status=503), {"misconfigured": "problem"}),
    (ready(seconds=1.6), {"relay_late": "note"}),
    (ready(version="2"), {"version_other": "note"}),
    (ready(status=503), {"not_ready": "problem"}),
    (ready(status=503, keys_awake=0), {"asleep": "problem"}),
    (ready(store="away"), {"degraded": "problem"}),
    (ready(store="memory"), {"store_memory": "problem"}),
    (ready(ahead=-31.0), {"clock_apart": "warning"}),
    (evolve(RELAY, stranger={"x": Asked(200)}), {"open": "problem"}),
    (evolve(RELAY, stranger={"x": Asked(404)}), {"odd_401": "warning"}),
    (evolve(RELAY, stranger={"x": Asked(503)}), {}),
    (evolve(RELAY, client=None), {"no_client_key": "note"}),
    (evolve(RELAY, client=Asked(401)), {"wrong_key": "problem"}),
    (evolve(RELAY, client=Asked(500)), {"no_models": "problem"}),
    (evolve(RELAY, client=Asked(200)), {"empty": "warning"}),
    (evolve(RELAY, origins="*"), {"cors": "warning"}),
    (evolve(RELAY, kept=False), {"not_kept": "note"}),
    (evolve(RELAY, bodies={2_000_000: Asked(413)}), {"body_small": "warning"}),
    (evolve(RELAY, bodies={2_000_000: Asked(0)}), {"body_small": "warning"}),
    (evolve(RELAY, bodies={2_000_000: Asked(400), 6_000_000: Asked(413)}), {"body_limit": "note"}),
    (evolve(RELAY, bodies={}), {}),
    (evolve(RELAY, spoken=Spoken("m", 200, arrived=[1.0, 1.2], served="a")), {}),
    (evolve(RELAY, spoken=Spoken("m", 404, "model_not_found")), {"unanswered": "problem"}),
    (evolve(RELAY, spoken=Spoken("m", 200, degraded="store")), {"degraded": "warning"}),
]


@pytest.mark.parametrize(("seen", "expected"), RELAYS)
def test_a_relay(seen: Deployed, expected: dict[str, str]) -> None:
    """
    What keeps all callers out is said alone; else each thing that is wrong, and nothing more.
    """
    assert expected == shown(deployed.findings(seen))
