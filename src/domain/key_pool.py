"""pick() a key, and rest_until() after an error: which key works now, and when one may again."""

from collections.abc import Collection, Mapping
from random import Random

from attrs import frozen

from .catalogue import ProviderKey
from .errors import (
    KeyForbidden,
    KeyRejected,
    OutOfCredit,
    RateLimited,
    UpstreamError,
)

#: (key handle, upstream model), or (key handle, None) for the whole key.
Scope = tuple[str, str | None]

NOTHING_LOW: Mapping[Scope, float] = {}

_QUARTER = 900.0  # 401, 403: an administrator has to act; look again every 15 minutes
_HOUR = 3600.0  # no money: probed hourly


@frozen
class Rest:
    """A key that is left alone until then (Unix seconds); `strikes` counts rests without a hint."""

    until: float
    strikes: int = 0
    since: float = 0.0


@frozen
class NewRest:
    """A rest that an error earned, and for what."""

    scope: Scope
    rest: Rest


def resting_until(key: ProviderKey, model: str, rests: Mapping[Scope, Rest]) -> float:
    """Until when this key rests for this model (Unix seconds; 0.0 if it never did)."""
    whole, single = rests.get((key.handle, None)), rests.get((key.handle, model))
    return max(whole.until if whole else 0.0, single.until if single else 0.0)


def pick(
    keys: tuple[ProviderKey, ...],
    model: str,
    rests: Mapping[Scope, Rest],
    *,
    tried: Collection[str],
    now: float,
    turn: int,
    dice: Random,
    low: Mapping[Scope, float] = NOTHING_LOW,
) -> ProviderKey | None:
    """A key that does not rest, or None. Equal weights take turns; unequal ones are drawn. Keys
    this request already tried come last, and before them those that have nothing left (`low`:
    until when), for they are about to be refused."""
    awake = [key for key in keys if resting_until(key, model, rests) <= now]
    fresh = [key for key in awake if key.handle not in tried] or awake
    if low:
        fresh = [key for key in fresh if low.get((key.handle, model), 0.0) <= now] or fresh
    if not fresh:
        return None
    if len({key.weight for key in fresh}) > 1:
        return dice.choices(fresh, weights=[key.weight for key in fresh])[0]
    # Turns go by the key's place in the whole pool, so that a resting neighbour shifts nothing.
    start = turn % len(keys)
    return next((key for key in keys[start:] + keys[:start] if key in fresh), fresh[0])


def soonest(keys: tuple[ProviderKey, ...], model: str, rests: Mapping[Scope, Rest]) -> float | None:
    """When the first of these keys is awake again (Unix seconds); None for an empty pool."""
    return min((resting_until(key, model, rests) for key in keys), default=None)


def rest_until(
    error: UpstreamError,
    key: str,
    model: str,
    rests: Mapping[Scope, Rest],
    *,
    now: float,
    dice: Random,
) -> NewRest | None:
    """The rest this error earns the key, merged with the one it has; None: it may go on. Never
    shorter than before: an answer of yesterday must not wake a key up."""
    match error:
        case RateLimited(retry_after=after, account=account):
            scope: Scope = (key, None if account else model)
            old = rests.get(scope, Rest(0.0))
            if after is not None:
                # Exactly as said: the Retry-After we answer in turn must be the true one.
                seconds, strikes = after, old.strikes
            else:
                strikes = old.strikes + 1
                seconds = dice.uniform(0.5, 1.0) * min(60.0, 2.0 ** min(strikes - 1, 6))
        case KeyForbidden():
            scope, seconds, strikes = (key, model), _QUARTER, 0
        case KeyRejected():
            scope, seconds, strikes = (key, None), _QUARTER, 0
        case OutOfCredit():
            scope, seconds, strikes = (key, None), _HOUR, 0
        case _:
            return None
    before = rests.get(scope, Rest(0.0))
    return NewRest(scope, Rest(max(before.until, now + seconds), strikes, now))


def after_success(
    key: str, model: str, rests: Mapping[Scope, Rest], *, started: float
) -> tuple[Scope, ...]:
    """The rests a success proves to be over: those that had ended when the attempt started."""
    scopes: tuple[Scope, ...] = ((key, model), (key, None))
    return tuple(s for s in scopes if s in rests and rests[s].until <= started)
