"""The ledger on Redis: each verb one trip, each decision one script.

A request without limits is admitted without asking, and settled by one append. What is limited is
checked and reserved by `lua/admit.lua`, charged by `lua/settle.lua`. Instants are the store's: a
hold travels as a duration (ADR 0016).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, tzinfo

from attrs import define, evolve, field

from ....domain.errors import StoreUnavailable
from ....domain.idempotency import LARGEST_STORED, Claim, StoredAnswer, keeps, repeat
from ....domain.lines import dated, micros, used
from ....domain.ports import Clock
from ....domain.quota import Hold, News, Outcome, Verdict
from ..bookkeeping import KEPT, SWEPT_BY_THE_WAY
from . import answers, scripts, words
from .carrier import Carrier, Reply, Script
from .folding import BATCH, Folding, listed, ours
from .layout import Keys

#: Seconds between two sweeps by the way: each is some commands, which may cost money. Nobody is
#: turned away for what a dead process holds, though, if the last one is longer ago than this.
SWEEP_EVERY, SWEEP_BEFORE_DENYING = 600.0, 10.0
#: Late holds settled by one trip of a sweep.
SWEPT_AT_ONCE = 256


@define(eq=False)
class RedisLedger:
    """The port `Ledger`, for any number of instances. `told`: the instant in microseconds, where
    it is not the store's own clock that counts (tests)."""

    carrier: Carrier
    keys: Keys
    clock: Clock
    zone: tzinfo = UTC
    kept: int = KEPT
    fold_at: int = BATCH
    sweep_every: float = SWEEP_EVERY
    told: Callable[[], str] = lambda: ""
    _store: answers.StoreClock = field(init=False)
    #: The books were a newer relay's when they were looked at last.
    _refused: bool = False

    def __attrs_post_init__(self) -> None:
        self._store = answers.StoreClock(self.clock)

    async def admit(self, hold: Hold) -> Verdict:
        if not hold.limited:
            return Verdict(admitted=True)
        reply = await self._evaluate(
            scripts.ADMIT,
            hold.id,
            self._lasts(hold.until),
            words.lines_text(hold.lines),
            words.text(hold.subjects),
            words.bare(hold),
            words.lost_text(hold, None, self.keys, self.zone),
            *self._claim(hold),
            _micros(self.sweep_every),
            _micros(min(self.sweep_every, SWEEP_BEFORE_DENYING)),
            str(SWEPT_BY_THE_WAY),
        )
        found = self._store.verdict(reply, hold.lines)
        if found.claimed is not None:
            return await self._repeat(hold, found.claimed)
        if found.outdated is not None:
            lines = tuple(dated(line, found.outdated) for line in hold.lines)
            return await self.admit(evolve(hold, lines=lines))
        return found.verdict

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        entry = words.settled_text(hold, evolve(outcome, answer=None), self.keys, self.zone)
        if not hold.limited and not outcome.learned and not outcome.late:
            news, waiting = await self._append(entry)
        else:
            news, waiting = await self._settled(hold, outcome, entry)
        # Of many at once some do: one can.
        if waiting >= self.fold_at and waiting % max(1, self.fold_at // 8) == 0:
            with suppress(StoreUnavailable):  # whoever comes next does it
                await Folding(self.carrier, self.keys, self.kept).batch()
        return news

    async def move(self, hold: Hold) -> Verdict:
        reply = await self._evaluate(
            scripts.MOVE, hold.id, words.lines_text(hold.lines), words.text(hold.subjects)
        )
        found = self._store.verdict(reply, hold.lines)
        if found.outdated is not None:
            lines = tuple(dated(line, found.outdated) for line in hold.lines)
            return await self.move(evolve(hold, lines=lines))
        return found.verdict

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        if not hold.limited:
            return
        told = evolve(outcome, answer=None)
        await self._evaluate(
            scripts.CHECKPOINT,
            hold.id,
            self._lasts(hold.until),
            words.used_text(used(outcome.receipt)),
            words.lost_text(hold, told, self.keys, self.zone),
        )

    async def sweep(self) -> int:
        swept, ended = 0, False
        while not ended:
            reply = await self._evaluate(scripts.SWEEP, str(SWEPT_AT_ONCE))
            lost, ended = answers.swept(reply)
            swept += lost
        return swept

    async def _append(self, entry: str) -> tuple[News, int]:
        """The one thing that is written before it is known whose books these are: a newer relay
        reads it. What comes after it is not."""
        if self._refused:
            await ours(self.carrier, self.keys)
        pushed, told = await self.carrier.run(
            ["RPUSH", self.keys.inbox, entry],
            ["HMGET", self.keys.books, "rests", "version", "layout"],
        )
        self._refused = answers.newer(told)
        if self._store.needed(told):
            with suppress(StoreUnavailable):  # it is appended; the news can wait
                (time,) = await self.carrier.run(["TIME"])
                self._store.hear(time)
        return self._store.news(told), 0 if self._refused else answers.number(pushed)

    async def _settled(self, hold: Hold, outcome: Outcome, entry: str) -> tuple[News, int]:
        kept = hold.claim is not None and keeps(outcome.receipt)
        answer = outcome.answer if kept else None
        if answer is not None and len(answer.body) > LARGEST_STORED:
            answer = None
        reply = await self._evaluate(
            scripts.SETTLE,
            hold.id,
            _micros(max(0.0, self.clock.now() - hold.opened.at)),
            words.lines_text(hold.lines),
            words.used_text(used(outcome.receipt)),
            entry,
            self._store.lessons(outcome.learned),
            *self._claim(hold),
            words.kept_text(outcome.receipt, answer) if kept else "",
            # Who was turned away without having been admitted took nothing.
            "denied" if outcome.receipt.ending == "denied" else "",
            late=hold if outcome.late else None,
        )
        news, waiting, holds = self._store.settled(reply)
        if answer is not None and hold.claim is not None and holds:
            await self._keep(hold.id, hold.claim, answer)
        return news, waiting

    async def _keep(self, id: str, claim: Claim, answer: StoredAnswer) -> None:
        """The answer, for whoever asks again: the first one that was told. The oldest make room."""
        lasts = str(max(1, int(1000 * (claim.until - self.clock.now()))))
        _, reply = await self.carrier.run(
            ["SET", self.keys.answer(id), answers.packed(answer.body), "PX", lasts, "NX"],
            ["RPUSH", self.keys.answered, id],
        )
        more = answers.number(reply) - self.kept // 10
        if more > 0:
            (old,) = await self.carrier.run(["LPOP", self.keys.answered, str(more)])
            await self.carrier.run(["DEL", *(self.keys.answer(x.decode()) for x in listed(old))])

    async def _repeat(self, hold: Hold, data: bytes) -> Verdict:
        assert hold.claim is not None  # noqa: S101 - only a claim can have been made before
        taken, content_type = words.claimed(hold.claim.key, data)
        answer = None
        if content_type:
            (body,) = await self.carrier.run(["GET", self.keys.answer(taken.request_id)])
            answer = answers.stored(content_type, body)
        said = repeat(
            taken.claim,
            hold.claim,
            request_id=taken.request_id,
            receipt=taken.receipt,
            answer=answer,
        )
        return Verdict(admitted=False, repeat=said)

    def _claim(self, hold: Hold) -> tuple[str, str, str]:
        """Key, body, and how long it is remembered."""
        if hold.claim is None:
            return "", "", "0"
        return hold.claim.key, hold.claim.body, self._lasts(hold.claim.until)

    def _lasts(self, until: float) -> str:
        return _micros(max(0.0, until - self.clock.now()))

    async def _evaluate(self, script: Script, *args: str, late: Hold | None = None) -> Reply:
        keys: tuple[str, ...] = (self.keys.books, self.keys.inbox)
        if late is not None:
            keys = (*keys, self.keys.receipts, self.keys.late(late.opened.at))
        return await self.carrier.evaluate(script, keys, (self.told(), *args))


def _micros(seconds: float) -> str:
    return str(micros(seconds))
