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
from ..domain.quota import Lesson
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
        #: When what a target answered last was asked: it is no worse than that.
        self._good: dict[str, float] = {}
        self._told: set[Lesson] = set()
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
    ) -> list[Lesson]:
        """Learns from a failure; answers what other instances should know of it. `counts`: only
        tokens were to be counted, and who cannot do that may answer all the same."""
        lessons: list[Lesson] = []
        if isinstance(error, _FAULTS) and not _stale(error) and not counts:
            old = self._breakers.get(attempt.stop.name, Breaker())
            lessons += self._set(attempt, breaker.after_failure(old, now=now, dice=self._dice))
        new = key_pool.rest_until(
            error, attempt.key.handle, attempt.stop.model, self._rests, now=now, dice=self._dice
        )
        if new is None:
            return lessons
        self._prune(now)
        self._rests[new.scope] = new.rest
        handle, model = new.scope
        self._observer.note(
            KeyRested(attempt.stop.provider.name, handle, model, new.rest.until, error.reason)
        )
        return [*lessons, Lesson("rest", handle, new.rest.until, model)]

    def served(
        self, attempt: Attempt, *, started: float, first_event: float, now: float
    ) -> list[Lesson]:
        """Learns from a success, as `failed` does. `started` is Unix seconds, `first_event` a
        duration."""
        name, slow = attempt.stop.name, first_event > SLOW
        if len(self._good) > _MOST:
            self._good.clear()
        self._good[name] = max(started, self._good.get(name, 0.0))
        self._forgive(attempt, started)
        old = self._breakers.get(name)
        if old is None and not slow:
            # Most targets never fail: they need no breaker until they do. Ten slow calls count
            # from the first slow one on.
            return []
        new = breaker.after_success(
            old or Breaker(), started=started, slow=slow, now=now, dice=self._dice
        )
        return self._set(attempt, new)

    def heard(self, attempt: Attempt, headers: Mapping[str, str], now: float) -> list[Lesson]:
        """Learns what an answer says of its key's quota, long before the answer is over; answers
        as `failed` does."""
        seconds = retry_after.used_up(headers, now)
        scope = (attempt.key.handle, attempt.stop.model)
        if seconds is None:
            if self._low:
                self._low.pop(scope, None)
            return []
        known = self._low.get(scope, 0.0) > now
        self._low[scope] = now + seconds
        return [] if known else [Lesson("low", scope[0], now + seconds, scope[1])]

    def merge(self, lessons: Iterable[Lesson], now: float) -> None:
        """Takes over what other instances learned; never shortens a rest."""
        for lesson in lessons:
            if lesson.until <= now:
                continue
            scope = (lesson.subject, lesson.model)
            match lesson.kind:
                case "open":
                    self._believe(lesson)
                case "rest":
                    old = self._rests.get(scope, Rest(0.0))
                    self._rests[scope] = Rest(max(old.until, lesson.until), old.strikes, old.since)
                case "low" if lesson not in self._told:
                    # Once: what this instance hears from the provider afterwards is newer.
                    self._told = {one for one in self._told if one.until > now} | {lesson}
                    self._low[scope] = lesson.until

    def _believe(self, opening: Lesson) -> None:
        """Another instance's opening, unless the target has answered this one since: then it is
        that instance which cannot reach it."""
        name = opening.subject
        old = self._breakers.get(name, Breaker())
        if old.since >= opening.since or self._good.get(name, 0.0) >= opening.since:
            return
        new = Breaker(openings=max(1, old.openings), until=opening.until, since=opening.since)
        self._breakers[name] = new
        provider, _, model = name.partition("/")
        self._observer.note(BreakerOpened(provider, model, new.until))

    def _forgive(self, attempt: Attempt, started: float) -> None:
        if self._rests:
            scopes = key_pool.after_success(
                attempt.key.handle, attempt.stop.model, self._rests, started=started
            )
            for scope in scopes:
                del self._rests[scope]

    def _set(self, attempt: Attempt, new: Breaker) -> list[Lesson]:
        name, provider, model = attempt.stop.name, attempt.stop.provider.name, attempt.stop.model
        old = self._breakers.get(name, Breaker())
        if len(self._breakers) > _MOST:
            for other in [n for n, b in self._breakers.items() if not b.openings]:
                del self._breakers[other]
        self._breakers[name] = new
        if new.openings > old.openings:
            self._observer.note(BreakerOpened(provider, model, new.until))
            return [Lesson("open", name, new.until, since=new.since)]
        if old.openings and not new.openings:
            self._observer.note(BreakerClosed(provider, model))
        return []

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
