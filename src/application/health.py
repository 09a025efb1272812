"""What this instance knows of keys and targets: from its own attempts, and from the ledger.

The one state that requests share besides the ports (ADR 0009): a rest must hold for the next
request at once, long before the one that learned it settles. Everything in it is a value; merging
is by maximum; nothing here awaits.
"""

from collections.abc import Iterable, Mapping
from random import Random

from ..domain import breaker, key_pool, retry_after, retry_budget
from ..domain.breaker import Breaker
from ..domain.errors import (
    BadAnswer,
    ConnectionReset,
    Cut,
    ServerFailed,
    Silent,
    Stalled,
    StreamFailed,
    Unreachable,
    UpstreamError,
)
from ..domain.events import BreakerClosed, BreakerOpened, KeyRested
from ..domain.journey import Attempt, Known
from ..domain.key_pool import Rest, Scope
from ..domain.ports import Observer
from ..domain.quota import KnownRest
from ..domain.retry_budget import RetryBudget

#: What the provider is to blame for. Never a 4xx, a 429 or a caller that left.
_FAULTS = (
    Unreachable,
    ConnectionReset,
    Silent,
    ServerFailed,
    BadAnswer,
    Cut,
    Stalled,
    StreamFailed,
)
#: Names in these tables may come from callers; past this many, what says nothing is dropped.
_MOST = 4096
#: A first token after this many seconds is slow.
SLOW = 30.0


class Health:
    """Rests, breakers, turns and retry budgets of one instance."""

    def __init__(self, observer: Observer, dice: Random) -> None:
        self._observer = observer
        self._dice = dice
        self._rests: dict[Scope, Rest] = {}
        self._breakers: dict[str, Breaker] = {}
        self._turns: dict[str, int] = {}
        self._budgets: dict[str, RetryBudget] = {}
        self._low: dict[Scope, float] = {}
        self.known = Known(self._rests, self._breakers, self._turns, self._low)

    def turn(self, name: str) -> int:
        """The next turn of a rotation: 0, 1, 2, ..."""
        if len(self._turns) > _MOST:
            self._turns.clear()  # a rotation that begins anew harms nobody
        turn = self._turns.get(name, 0)
        self._turns[name] = turn + 1
        return turn

    def began(self, attempt: Attempt, *, first: bool, now: float, turns: bool = True) -> None:
        """An attempt starts: the next one of this provider takes the next key. `turns=False`: it
        belongs to a session, which has a key of its own and takes nobody's turn."""
        name = attempt.stop.provider.name
        if turns:
            self.turn(name)
        if first:
            self._budgets[name] = retry_budget.deposit(self._budget(name), now)

    def rests(self, attempt: Attempt, now: float) -> bool:
        """Does the key of this attempt rest by now?"""
        return now < key_pool.resting_until(attempt.key, attempt.stop.model, self._rests)

    def may_repeat(self, attempt: Attempt, now: float) -> bool:
        """Does the retry budget afford a repeat on the same target?"""
        return retry_budget.affords(self._budget(attempt.stop.provider.name), now)

    def repeats(self, provider: str, now: float) -> None:
        """A repeat is being made."""
        self._budgets[provider] = retry_budget.withdraw(self._budget(provider), now)

    def failed(
        self, attempt: Attempt, error: UpstreamError, now: float, *, counts: bool = False
    ) -> KnownRest | None:
        """Learns from a failure; answers the rest it earned the key, for the ledger. `counts`: only
        tokens were to be counted, and who cannot do that may answer all the same."""
        if isinstance(error, _FAULTS) and not _stale(error) and not counts:
            old = self._breakers.get(attempt.stop.name, Breaker())
            self._set(attempt, old, breaker.after_failure(old, now=now, dice=self._dice))
        new = key_pool.rest_until(
            error, attempt.key.handle, attempt.stop.model, self._rests, now=now, dice=self._dice
        )
        if new is None:
            return None
        self._prune(now)
        self._rests[new.scope] = new.rest
        handle, model = new.scope
        self._observer.note(
            KeyRested(attempt.stop.provider.name, handle, model, new.rest.until, error.reason)
        )
        return KnownRest(handle, model, new.rest.until)

    def served(self, attempt: Attempt, *, started: float, first_event: float, now: float) -> None:
        """Learns from a success. `started` is Unix seconds, `first_event` a duration."""
        old = self._breakers.get(attempt.stop.name)
        slow = first_event > SLOW
        if old is None and not slow:
            # Most targets never fail: they need no breaker until they do. Ten slow calls count
            # from the first slow one on.
            return self._forgive(attempt, started)
        before = old or Breaker()
        self._set(
            attempt,
            before,
            breaker.after_success(before, started=started, slow=slow, now=now, dice=self._dice),
        )
        return self._forgive(attempt, started)

    def heard(self, attempt: Attempt, headers: Mapping[str, str], now: float) -> None:
        """What an answer says of its key's quota, long before the answer is over."""
        seconds = retry_after.used_up(headers, now)
        scope = (attempt.key.handle, attempt.stop.model)
        if seconds is not None:
            self._low[scope] = now + seconds
        elif self._low:
            self._low.pop(scope, None)

    def merge(self, rests: Iterable[KnownRest]) -> None:
        """Takes over what other instances learned; never shortens a rest."""
        for rest in rests:
            scope = (rest.key, rest.model)
            old = self._rests.get(scope, Rest(0.0))
            self._rests[scope] = Rest(max(old.until, rest.until), old.strikes, old.since)

    def _forgive(self, attempt: Attempt, started: float) -> None:
        if self._rests:
            scopes = key_pool.after_success(
                attempt.key.handle, attempt.stop.model, self._rests, started=started
            )
            for scope in scopes:
                del self._rests[scope]

    def _set(self, attempt: Attempt, old: Breaker, new: Breaker) -> None:
        if len(self._breakers) > _MOST:
            for name in [n for n, b in self._breakers.items() if not b.openings]:
                del self._breakers[name]
        self._breakers[attempt.stop.name] = new
        provider, model = attempt.stop.provider.name, attempt.stop.model
        if new.openings > old.openings:
            self._observer.note(BreakerOpened(provider, model, new.until))
        elif old.openings and not new.openings:
            self._observer.note(BreakerClosed(provider, model))

    def _prune(self, now: float) -> None:
        if len(self._rests) > _MOST:
            for scope in [s for s, rest in self._rests.items() if rest.until <= now]:
                del self._rests[scope]
        if len(self._low) > _MOST:
            self._low.clear()

    def _budget(self, provider: str) -> RetryBudget:
        return self._budgets.get(provider, RetryBudget())


def _stale(error: UpstreamError) -> bool:
    return isinstance(error, ConnectionReset) and error.stale
