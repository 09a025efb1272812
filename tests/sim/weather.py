"""What may befall a call to the store, by name: the faults of ledger and leases."""

from random import Random

from attrs import define, field, frozen

#: For each verb, what may happen to it. `late`: applied after everybody has stopped waiting, and
#: perhaps after a later verb of the same hold. `again`: delivered a second time, later.
FATES: dict[str, tuple[str, ...]] = {
    "admit": ("away", "unheard", "reply lost", "slow", "late", "again"),
    "settle": ("away", "unheard", "reply lost", "slow", "late", "again"),
    "checkpoint": ("away", "reply lost", "slow", "late", "again"),
    "sweep": ("away", "reply lost", "late"),
    "acquire": ("away", "reply lost", "slow", "late"),
    "release": ("away", "reply lost", "late"),
}
#: What a verdict may say besides.
VERDICTS = ("degraded", "denied", "news of a rest", "stale news of a rest")
#: Seconds a call spends on its way when all is well; mostly none.
#: How often what may befall a lease does, where there is trouble at all.
_OF_LEASES = {"acquire": 0.7, "release": 0.8}
_WAYS = (0.0, 0.0, 0.0, 0.003, 0.03)


@frozen
class Fate:
    """One call: `there` and `back` are seconds on the way, None where it never arrives;
    `error`: after so many seconds the caller hears that the store is away; `again`: so many
    seconds after the first time it arrives once more."""

    kind: str = ""
    there: float | None = 0.0
    back: float | None = 0.0
    error: float | None = None
    again: float | None = None

    @property
    def at_once(self) -> bool:
        return self.there == self.back == 0.0 and self.again is None


@define(eq=False)
class Weather:
    """Between one instance and the store. `trouble`: how often a call goes wrong; in the span
    `parted` (loop time) none arrives at all."""

    dice: Random
    trouble: float
    parted: tuple[float, float] = (0.0, 0.0)
    calm: bool = False
    happened: list[str] = field(factory=list)

    def fate(self, verb: str, now: float) -> Fate:
        """Of a call that begins now."""
        if self.calm:
            return Fate()
        if self.parted[0] <= now < self.parted[1]:
            hangs = self.dice.random() < 0.5
            return Fate("store: parted", there=None, error=None if hangs else 0.0)
        # Leases are rare: what may befall them must happen often.
        leased = verb in ("acquire", "release") and self.trouble > 0.0
        if self.dice.random() >= (_OF_LEASES[verb] if leased else self.trouble):
            return Fate(there=self.dice.choice(_WAYS), back=self.dice.choice(_WAYS))
        return self._bad(verb, self.dice.choice(FATES[verb]))

    def news(self) -> str:
        """What a verdict says besides; mostly nothing."""
        if self.calm or self.dice.random() > 0.05 + self.trouble / 5:
            return ""
        return self.dice.choice(VERDICTS)

    def _bad(self, verb: str, what: str) -> Fate:
        kind, dice = f"{verb}: {what}", self.dice
        match what:
            case "away":
                return Fate(kind, there=None, error=dice.choice((0.0, 0.1)))
            case "unheard":
                return Fate(kind, there=None)
            case "reply lost":
                error = dice.choice((None, 0.05))
                return Fate(kind, there=dice.choice((0.0, 0.02)), back=None, error=error)
            case "late":
                return Fate(kind, there=dice.uniform(1.1, 9.0))
            case "again":
                return Fate(kind, again=dice.choice((0.0, 0.5, 5.0)))
            case _:
                return Fate(kind, there=0.05, back=dice.choice((0.05, 0.3)))
