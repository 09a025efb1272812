"""Every bug that is planted, by name, with the law that must find it."""

from functools import partial

from src.adapters.stores.bookkeeping import Bookkeeper
from src.domain.dialects.translation import Translation
from src.domain.dialects.wire import Wire

from . import bugs_of_answers as answers
from . import bugs_of_books as books
from . import bugs_of_relay as relay
from . import bugs_of_translation as anew
from .sabotage import Sabotage


def _part(law: str, name: str, kind: type) -> Sabotage:
    return Sabotage(law, ((name, kind),))


def _store(law: str, kind: type[Bookkeeper]) -> Sabotage:
    return Sabotage(law, ledger=partial(books.ledger, kind))


def _stream(law: str, kind: type[Translation]) -> Sabotage:
    return _part(law, "travel", anew.spoken(kind))


def _wire(law: str, kind: type[Wire]) -> Sabotage:
    return _part(law, "travel", anew.wired(kind))


BUGS: dict[str, Sabotage] = {
    "settle skipped": _part("I2", "books", books.ForgetsWhoLeft),
    "settling twice charges twice": _store("I2", books.ChargesAgain),
    "settlement cancelled in a finally": _part("I2", "outbox", books.GivesUp),
    "outbox forgets": _part("I2", "outbox", books.Forgets),
    "outbox offers under another id": _part("I2", "outbox", books.Renames),
    "outbox not emptied on close": _part("I13", "outbox", books.ClosesAtOnce),
    "checkpoints never written": _part("I2", "books", books.NeverChecks),
    "checkpoints say nothing": _part("I3", "books", books.ChecksBlankly),
    "holds last a second": _part("I2", "keeper", books.HoldsShortly),
    "holds kept after their end": _part("I13", "keeper", books.NeverForgets),
    "nothing swept": _store("I13", books.NeverSweeps),
    "late settlement adds": _store("I3", books.Adds),
    "key of a failed request kept": _store("key", books.NeverFrees),
    "key looked at, then taken": _store("key", books.LooksFirst),
    "any body taken for the same": _store("key", books.OneBody),
    "leases granted to all": Sabotage("I7", leases=books.GrantsAll),
    "lease not asked for": _part("I7", "travel", relay.LeavesTheDoorOpen),
    "lease refused, and taken": _part("I7", "books", relay.AsksNobody),
    "[DONE] after an error": _part("I1", "travel", relay.SaysDone),
    "clean end on a cut": _part("I1", "travel", relay.EndsCleanly),
    "retry after commit": _part("I10", "travel", relay.TriesOn),
    "whole: words leak early": _part("whole", "travel", relay.Leaks),
    "whole: two attempts spliced": _part("I10", "travel", relay.Splices),
    "whole: room not given back": _part("I13", "travel", relay.NeverGivesRoomBack),
    "usage of failed attempts dropped": _part("I3", "travel", relay.DropsUsage),
    "estimate not marked": _part("I3", "travel", relay.GuessesUsage),
    "drain never ends": _part("time", "drains", relay.NeverTires),
    "drain's place not given back": _part("I13", "drains", relay.KeepsItsPlace),
    "key told": _part("I8", "relay", relay.Babbles),
    "deadline missed": _part("time", "relay", relay.HasTime),
    "rest shortened": _part("I6", "health", relay.WakesKeys),
    "rests of others ignored": _part("I6", "health", relay.HearsNothing),
    "nothing read on": _part("I3", "drains", answers.NeverReadsOn),
    "answers never stored": _part("key", "travel", answers.KeepsNothing),
    "key not scoped by client": _part("key", "relay", answers.OneKeyring),
    "abandoned usage in the receipt": _part("I3", "relay", answers.TakesTheAbandoned),
    "abandoned usage under the status": _store("I3", books.OneStatus),
    "degraded never said": _part("I12", "books", books.ForgetsItIsAlone),
    "closed ignored": _part("I12", "books", books.NeverCloses),
    "closed for all": _part("I12", "books", books.AlwaysCloses),
    "leases never given back": _part("I7", "books", books.KeepsLeases),
    "sums without errors": _store("I3", books.CountsNoErrors),
    "sums without cached tokens": _store("I3", books.CountsNoCache),
    "sums without reasoning": _store("I3", books.CountsNoThoughts),
    "anew: a last word before an error": _part("I1", "travel", anew.SaysDone),
    "anew: the last piece lost": _stream("meaning", anew.LosesTheLast),
    "anew: arguments of two calls mixed": _stream("meaning", anew.MixesCalls),
    "anew: usage of the start for all": _stream("I3", anew.CountsFromTheStart),
    "anew: clean end on a cut": _stream("I1", anew.EndsCleanly),
    "anew: an error passes": _stream("dialect", anew.PassesErrors),
    "anew: cache writes lost": _stream("I3", anew.ForgetsCacheWrites),
    "anew: one reason for all": _stream("meaning", anew.ForgetsWhy),
    "anew: signatures lost": _stream("meaning", anew.LosesSignatures),
    "anew: the model's name": _stream("meaning", anew.RenamesModels),
    "anew: an error as an answer": _wire("meaning", anew.AnswersWithErrors),
    "anew: dropped in silence": _wire("fidelity", anew.DropsInSilence),
    "anew: without a system": _wire("fidelity", anew.DropsTheSystem),
    "anew: one choice of many": _wire("fidelity", anew.GivesOneOfMany),
}


def until_found(sabotage: Sabotage, most: int) -> int | None:
    """How many seeds it takes until its law is broken; None: more than `most`."""
    from . import seeds

    for seed in range(most):
        if sabotage.law in {law_of(what) for what in seeds.broken(seed, sabotage)}:
            return seed + 1
    return None


def law_of(what: str) -> str:
    """The law in a line that tells what is broken."""
    return what.split(": ")[1]
