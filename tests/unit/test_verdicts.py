"""Which refusal a journey ends in, when there is nothing left to try."""

import pytest

from src.domain.breaker import Breaker
from src.domain.catalogue import Provider, ProviderKey
from src.domain.errors import (
    BadAnswer,
    ContextTooLong,
    KeyForbidden,
    KeyRejected,
    ModelUnknown,
    NothingToTry,
    OutOfCredit,
    ProviderRefused,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Silent,
    UpstreamError,
)
from src.domain.journey import Journey, Known
from src.domain.key_pool import Rest
from src.domain.router import Plan, Stop
from src.domain.verdicts import give_up

NOW = 1_000.0
KEY = ProviderKey("k1", "sk-secret-secret")
STOP = Stop(Provider("p", "https://p.example", keys=(KEY,)), "m", "")
RESTING = Known({("k1", "m"): Rest(NOW + 7.5)}, {}, {})
AWAKE = Known({}, {}, {})
OPEN = Known({}, {"p/m": Breaker(openings=1, until=NOW + 4)}, {})


def journey(*failures: UpstreamError, stop: Stop = STOP) -> Journey:
    return Journey(Plan((stop,)), NOW + 60, failures, (("p/m", "k1"),) * len(failures))


ENDS = [
    ((), RESTING, "KeysResting"),
    ((), OPEN, "NothingToTry"),
    ((), AWAKE, "NothingToTry"),  # another request probes
    ((RateLimited(),), RESTING, "KeysResting"),
    ((RateLimited(),), AWAKE, "KeysResting"),
    ((RateLimited(),), OPEN, "AllAttemptsFailed"),
    ((KeyRejected(), RateLimited(), OutOfCredit()), RESTING, "KeysResting"),
    ((KeyRejected(),), RESTING, "AllAttemptsFailed"),
    ((KeyForbidden(), OutOfCredit()), RESTING, "AllAttemptsFailed"),
    ((RateLimited(), ServerFailed()), RESTING, "AllAttemptsFailed"),
    ((Silent(),), AWAKE, "AllAttemptsFailed"),
    ((BadAnswer(),), OPEN, "AllAttemptsFailed"),
    ((ContextTooLong(),), AWAKE, "ProviderRefused"),
    ((ModelUnknown(), ContextTooLong()), AWAKE, "ProviderRefused"),
    ((ServerFailed(), RequestRejected()), AWAKE, "ProviderRefused"),
    ((ModelUnknown(), ServerFailed()), AWAKE, "AllAttemptsFailed"),
]


@pytest.mark.parametrize(("failures", "known", "expected"), ENDS)
def test_each_end_has_its_refusal(
    failures: tuple[UpstreamError, ...], known: Known, expected: str
) -> None:
    """The provider's word, 429, 502 or 503, by what was tried and what rests."""
    assert expected == type(give_up(journey(*failures), known, NOW).refusal).__name__


@pytest.mark.parametrize("failures", [(), (RateLimited(),), (ServerFailed(), Silent())])
def test_a_late_end_is_a_504_with_the_tale(failures: tuple[UpstreamError, ...]) -> None:
    """The deadline comes before every other reason, and the attempts are still named."""
    refusal = give_up(journey(*failures), RESTING, NOW, late=True).refusal

    assert "DeadlineExceeded" == type(refusal).__name__
    assert len(failures) == refusal.message.count("p/m key k1")


def test_503_says_when_to_come_back() -> None:
    """The end of the shortest open breaker, a second at least."""
    refusal = give_up(journey(), OPEN, NOW).refusal
    nearly = give_up(journey(), OPEN, NOW + 3.9).refusal

    assert isinstance(refusal, NothingToTry)
    assert isinstance(nearly, NothingToTry)
    assert (4.0, 1.0) == (refusal.retry_after, nearly.retry_after)


def test_a_provider_without_a_key_is_named() -> None:
    """The operator's mend, not a riddle about targets that failed."""
    keyless = Stop(Provider("lonely", "https://l.example"), "m", "")

    refusal = give_up(journey(stop=keyless), AWAKE, NOW).refusal

    assert "No key is configured for lonely. Add one and ask again." == refusal.message


def test_the_providers_word_keeps_its_status_body_and_type() -> None:
    """What the provider said of the request goes to the caller as it said it."""
    error = RequestRejected("status 413", 413, b"{}", "application/problem+json")

    refusal = give_up(journey(error), AWAKE, NOW).refusal

    assert isinstance(refusal, ProviderRefused)
    assert (413, b"{}") == (refusal.status, refusal.body)
    assert "application/problem+json" == refusal.content_type
