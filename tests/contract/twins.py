"""Two books that are told the same, verb by verb, drawn from a seed."""

from random import Random

from attrs import define, evolve, field

from src.domain.catalogue import Limit
from src.domain.idempotency import StoredAnswer
from src.domain.lines import Amounts, Limits
from src.domain.quota import NO_NEWS, Hold, Outcome, Verdict, moved
from src.domain.receipt import Ending, Usage
from src.domain.usage import RequestQuery, UsageQuery

from .books import NOW, Books, claim, hold

#: Seconds.
SAME_NAMES = 3000
ENDINGS: tuple[Ending, ...] = ("completed", "client_gone", "upstream_error", "denied")
LIMITS = (
    Limit("client:team", "concurrency", "total", 2),
    Limit("client:team", "requests", "minute", 3),
    Limit("client:team", "tokens", "minute", 7, mode="shadow"),
    Limit("deployment", "tokens", "day", 20, timezone="Asia/Tokyo"),
    Limit("deployment", "input_tokens", "week", 40),
    Limit("model:m", "cost", "month", 900),
    Limit("provider:p", "output_tokens", "total", 300, mode="shadow"),
    Limit("provider:other", "tokens", "minute", 9),
    Limit("provider:other", "requests", "day", 4),
)
ALL = Limits.of(LIMITS)
VERBS = ("admit", "admit", "admit", "settle", "settle", "checkpoint", "move", "sweep")


@define(eq=False)
class Twins:
    """`always`: every hold has a limit in its way, for stores that do not ask without one."""

    books: tuple[Books, Books]
    dice: Random
    always: bool = False
    holds: dict[str, Hold] = field(factory=dict)

    async def step(self) -> tuple[object, object]:
        """One verb, drawn by lot, and what each of them answers."""
        verb = self.dice.choice(VERBS)
        turned = self.dice.choice((0.0, 0.0, 0.0, 1.0, 7.0, 40.0, 600.0, 4000.0))
        if self.dice.random() < 0.01:
            turned = 90_000.0
        for books in self.books:
            books.clock.turn(turned)
        held = self._same(self._hold())
        outcome = self._outcome(held)
        there = moved(
            held, "other", amounts=self._amounts(), limits=self._limits(), now=self._now()
        )
        one, other = [await self._do(books, verb, held, outcome, there) for books in self.books]
        return one, other

    async def _do(
        self, books: Books, verb: str, held: Hold, outcome: Outcome, there: Hold
    ) -> object:
        match verb:
            case "admit":
                return _told(await books.ledger.admit(held))
            case "settle":
                news = await books.ledger.settle(held, outcome)
                return news.known if outcome.late else None
            case "checkpoint":
                await books.ledger.checkpoint(held, outcome)
            case "move":
                return _told(await books.ledger.move(there))
            case _:
                return await books.ledger.sweep()
        return None

    def _now(self) -> float:
        return self.books[0].clock.now()

    def _hold(self) -> Hold:
        """Few names and few keys, so that they meet."""
        now, dice = self._now(), self.dice
        claimed = claim(dice.choice("KL"), dice.choice("xy"), until=now + 900)
        held = hold(
            self._name(),
            at=now,
            until=now + dice.choice((0.0, 0.5, 30.0, 600.0)),
            claim=claimed if dice.random() < 0.5 else None,
        )
        lines = self._limits().lines(held.subjects, self._amounts(), now)
        return evolve(held, lines=lines)

    def _same(self, held: Hold) -> Hold:
        """Who comes again under a name has the same lines and the same claim."""
        before = self.holds.setdefault(held.id, held)
        return evolve(held, claim=before.claim, lines=before.lines, opened=before.opened)

    def _name(self) -> str:
        """Few at a time. Books need not know for ever who was settled: names are not used again."""
        epoch = int((self._now() - NOW) // SAME_NAMES)
        return f"{self.dice.choice('123456')} {epoch}"

    def _limits(self) -> Limits:
        first = LIMITS[:1] if self.always else ()
        return Limits.of((*first, *self.dice.sample(LIMITS[1:], self.dice.randint(0, 4))))

    def _amounts(self) -> Amounts:
        return Amounts(self.dice.randrange(9), self.dice.randrange(9), self.dice.randrange(400))

    def _outcome(self, held: Hold) -> Outcome:
        dice = self.dice
        usage = Usage(dice.randrange(9), dice.randrange(9), estimated=dice.random() < 0.2)
        receipt = evolve(
            held.opened,
            ending=dice.choice(ENDINGS),
            status=dice.choice((200, 499, 502)),
            usage=dice.choice((usage, None)),
            cost=dice.choice((None, dice.randrange(500))),
        )
        answer = StoredAnswer("text/plain", dice.randbytes(9))
        return Outcome(receipt, answer=dice.choice((answer, None)), late=dice.random() < 0.2)


async def pages(books: Books) -> object:
    """All that can be read."""
    receipts = await books.journal.requests(RequestQuery())
    known = [await books.journal.receipt(one.request_id, "team") for one in receipts]
    days, hours = [await books.journal.usage(UsageQuery(kind)) for kind in ("day", "hour")]
    return receipts, known, days, hours, await books.journal.holds()


def _told(verdict: Verdict) -> Verdict:
    """What one store has heard and the other has not is no matter of books."""
    assert not verdict.news.learned or verdict.news.learned[0].kind == "rest"
    return evolve(verdict, news=NO_NEWS)
