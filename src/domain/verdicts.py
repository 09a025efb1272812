"""give_up(): which refusal a journey ends in, when there is nothing left to try."""

from math import ceil

from attrs import frozen

from .breaker import Breaker, state
from .errors import (
    AllAttemptsFailed,
    CannotCarry,
    ContextTooLong,
    DeadlineExceeded,
    InvalidRequest,
    KeysResting,
    ModelUnknown,
    NothingToTry,
    ProviderRefused,
    RateLimited,
    Refusal,
    RequestRejected,
    UpstreamError,
)
from .journey import KEY_ERRORS, Journey, Known
from .key_pool import soonest

_TO_CALLER = (RequestRejected, ContextTooLong, ModelUnknown, CannotCarry)
_RESTING = "Every key for this model rests; the first is back in {seconds} s."
#: The bound on moves was reached before the end of the pool.
_ENOUGH = "As many keys as one request may try were refused; others are left. Ask again."


@frozen
class GaveUp:
    """The journey is over; the caller gets this."""

    refusal: Refusal


def give_up(journey: Journey, known: Known, now: float, *, late: bool = False) -> GaveUp:
    """Which refusal it is: the provider's own word, 429, 502, 503 or 504 (design, section 5)."""
    if late:
        return GaveUp(
            DeadlineExceeded("The time allowed for this request is over." + _tale(journey))
        )
    failures = journey.failures
    if failures and isinstance(failures[-1], RequestRejected):
        return GaveUp(_providers_word(failures[-1]))
    if failures and _judged(journey):
        return GaveUp(_providers_word(failures[-1]))
    if failures and not _rate_limited(failures):
        return GaveUp(AllAttemptsFailed("Every attempt failed." + _tale(journey)))
    resting = _awake_in(journey, known, now)
    if resting is not None and (failures or resting > 0.0):
        seconds = max(1, ceil(resting))
        return GaveUp(
            KeysResting(
                (_ENOUGH if resting == 0.0 else _RESTING.format(seconds=seconds)) + _tale(journey),
                retry_after=resting,
            )
        )
    if failures:
        return GaveUp(AllAttemptsFailed("Every attempt failed." + _tale(journey)))
    return GaveUp(_nothing(journey, known, now))


def _judged(journey: Journey) -> bool:
    """The last word is a provider's about the request itself, and no other target failed through a
    fault of its own: keys that were refused on the way, and a repeat, do not count."""
    failures = journey.failures
    last, _ = journey.places[-1]
    return isinstance(failures[-1], _TO_CALLER) and all(
        isinstance(failure, (*_TO_CALLER, *KEY_ERRORS)) or target == last
        for failure, (target, _) in zip(failures, journey.places, strict=True)
    )


def _rate_limited(failures: tuple[UpstreamError, ...]) -> bool:
    """Only keys failed, and at least one of them will work again by itself."""
    return all(isinstance(failure, KEY_ERRORS) for failure in failures) and any(
        isinstance(failure, RateLimited) for failure in failures
    )


def _awake_in(journey: Journey, known: Known, now: float) -> float | None:
    """Seconds until the first key of a target with a closed breaker is awake."""
    awake = [
        at
        for stop in journey.plan.stops
        if state(known.breakers.get(stop.name, Breaker()), now) != "open"
        and (at := soonest(stop.provider.keys, stop.model, known.rests)) is not None
    ]
    return max(0.0, min(awake) - now) if awake else None


def _nothing(journey: Journey, known: Known, now: float) -> NothingToTry:
    without = [stop.provider.name for stop in journey.plan.stops if not stop.provider.keys]
    if len(without) == len(journey.plan.stops):
        names = ", ".join(dict.fromkeys(without))
        return NothingToTry(f"No key is configured for {names}. Add one and ask again.")
    until = [
        known.breakers[stop.name].until
        for stop in journey.plan.stops
        if stop.name in known.breakers
    ]
    seconds = max(1.0, min(until, default=now) - now)
    return NothingToTry(
        "Every target of this model failed moments ago and is being left alone for a short while."
        + _tale(journey),
        retry_after=seconds,
    )


def _providers_word(error: UpstreamError) -> Refusal:
    if isinstance(error, CannotCarry):
        return InvalidRequest(error.detail, param=error.param)
    return ProviderRefused(
        error.detail or error.reason,
        status=error.status or 400,
        body=error.body,
        content_type=error.content_type,
    )


def _tale(journey: Journey) -> str:
    """Each attempt and its reason, in order: ' 1. openai/gpt key ab12cd34: timeout (...)'."""
    lines = [
        f" {number}. {target} key {key}: {failure.reason}"
        + (f" ({failure.detail})" if failure.detail else "")
        for number, ((target, key), failure) in enumerate(
            zip(journey.places, journey.failures, strict=True), 1
        )
    ]
    return ";".join(lines) + ("." if lines else "")
