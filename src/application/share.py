"""What one instance may let through alone while the store is away (`RELAY_ON_STORE_DOWN=local`).

Nobody can tell what the others do: each takes a small part of every limit for itself, so that all
of them together stay within a part of it (reliability 4.7). What was used is charged to the books
when the store is back.
"""

from attrs import define, evolve, field

from ..domain import admission
from ..domain.admission import Booked, Denied, Outdated, Records
from ..domain.gauges import Denial
from ..domain.lines import Line, dated, micros, used
from ..domain.ports import Clock
from ..domain.quota import Hold, Outcome, Verdict

#: Of each limit, and of each limit of money, for all instances together.
SHARE, MONEY_SHARE = 0.25, 0.05
#: When to ask again (microseconds).
SOON = 2_000_000
#: How many instances are thought to be there, if not more are known of: nobody can count them now.
INSTANCES = 4


@define
class Share:
    """Books of its own, by the same arithmetic. `known`: the store has answered since the start;
    an instance that never heard of it lets no money be spent."""

    clock: Clock
    known: bool = False
    instances: int = INSTANCES
    _records: Records = field(factory=dict)
    _holds: dict[str, tuple[Line, ...]] = field(factory=dict)

    def admit(self, hold: Hold) -> Verdict:
        """Degraded, always; denied where this instance's part is used up."""
        now = self.clock.now()
        before = self._holds.pop(hold.id, ())  # it moves
        if before:
            self._records |= admission.freed(before, self._mine(before), micros(now))
        lines = tuple(self._part(dated(line, now)) for line in hold.lines)
        if not lines:
            return Verdict(admitted=True, degraded=True)
        match admission.admit(lines, self._records, micros(now)):
            case Booked(records=after, shadowed=shadowed):
                self._records |= after
                self._holds[hold.id] = lines
                return Verdict(admitted=True, shadowed=shadowed, degraded=True)
            case Denied(denial=denial):
                return Verdict(admitted=False, denial=_softened(denial), degraded=True)
            case Outdated():
                raise AssertionError("lines of this instant are of this instant")

    def settle(self, hold: Hold, outcome: Outcome) -> None:
        """What was used of this instance's part, if it was admitted here."""
        lines = self._holds.pop(hold.id, ())
        if lines:
            now = micros(self.clock.now())
            spent = used(outcome.receipt)
            self._records |= admission.settled(lines, self._mine(lines), spent, now)

    def forget(self) -> None:
        """The store is back: what was let through is charged there."""
        self.known = True
        if self._records:
            self._records, self._holds = {}, {}

    def _mine(self, lines: tuple[Line, ...]) -> Records:
        return {line.subject: self._records.get(line.subject, {}) for line in lines}

    def _part(self, line: Line) -> Line:
        """A request may begin with an eighth of the part at hand: bounds on what it may use are
        large, parts are small, and it is what it used that counts."""
        if line.metric == "cost":
            part = int(line.limit * MONEY_SHARE / self.instances) if self.known else 0
        else:
            part = max(min(1, line.limit), int(line.limit * SHARE / self.instances))
        return evolve(line, limit=part, amount=min(line.amount, max(part // 8, 1)))


def _softened(denial: Denial) -> Denial:
    """It may fit once the store is back, which may be soon."""
    return Denial(denial.line, SOON)
