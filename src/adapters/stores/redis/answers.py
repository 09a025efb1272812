"""What the scripts answer, as values; and instants of the store's clock in ours."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator

import msgspec
from attrs import define, evolve, frozen

from ....domain import gauges
from ....domain.errors import StoreUnavailable
from ....domain.gauges import Denial, Gauge, Headroom
from ....domain.idempotency import StoredAnswer
from ....domain.lines import Line, micros
from ....domain.ports import Clock
from ....domain.quota import Lesson, News, Verdict
from . import layout, words
from .carrier import Refused, Reply

#: Before the handle of a key that has nothing left.
LOW = "~"


@frozen
class Found:
    """A verdict; or what is to be done before there is one. `claimed`: by whom the key is taken;
    `outdated`: the store's instant, by which the windows are to be chosen (Unix seconds)."""

    verdict: Verdict
    claimed: bytes | None = None
    outdated: float | None = None


@define
class StoreClock:
    """Instants of the store: `ahead` seconds of ours, once it has told one."""

    clock: Clock
    ahead: float | None = None

    def hear(self, time: Reply | Refused) -> None:
        """What TIME answered."""
        match time:
            case [bytes(seconds), bytes(more)]:
                self._set(int(seconds) * 1_000_000 + int(more))
            case _:
                raise _nonsense()

    def needed(self, reply: Reply | Refused) -> bool:
        """Are there instants in this reply that cannot be told yet?"""
        match reply:
            case [bytes(rests), *_]:
                return self.ahead is None and rests != b"{}"
        return False

    def verdict(self, reply: Reply, lines: tuple[Line, ...]) -> Found:
        """Of `lua/admit.lua` and `lua/move.lua`."""
        kind, now, news, rest = self._head(reply)
        match kind, rest:
            case b"again", _:
                return Found(Verdict(admitted=True, news=news))
            case b"over", _:
                return Found(Verdict(admitted=False, news=news))
            case b"claimed", [bytes(text)]:
                return Found(Verdict(admitted=False), claimed=text)
            case b"outdated", _:
                return Found(Verdict(admitted=False), outdated=now / 1e6)
            case b"ok", [list(texts), list(shadowed), *told]:
                lines = _those(lines, told)
                return Found(
                    Verdict(
                        admitted=True,
                        headroom=_headroom(lines, texts, now),
                        shadowed=tuple(_denial(lines, one) for one in shadowed),
                        news=news,
                    )
                )
            case b"denied", [list(texts), worst, *told]:
                lines = _those(lines, told)
                return Found(
                    Verdict(
                        admitted=False,
                        denial=_denial(lines, worst),
                        headroom=_headroom(lines, texts, now),
                        news=news,
                    )
                )
        raise _nonsense()

    def settled(self, reply: Reply) -> tuple[News, int, bool]:
        """Of `lua/settle.lua`: the news, how many entries wait to be folded, and whether the
        request has kept its claim."""
        match self._head(reply):
            case kind, _, news, [int(waiting), int(kept)]:
                return evolve(news, known=kind == b"again"), waiting, bool(kept)
        raise _nonsense()

    def news(self, reply: Reply | Refused) -> News:
        """Of the fields `rests`, `version` and what follows."""
        match reply:
            case [rests, version, *_]:
                return self._news(rests, version)
        raise _nonsense()

    def lessons(self, learned: Iterable[Lesson]) -> str:
        """What was learned, as `lua/books.lua` merges it: in microseconds from now, and ago."""
        now = self.clock.now()
        told: dict[str, list[int]] = {}
        for one in learned:
            since = one.since if one.kind == "open" else now
            if one.until > now:
                told[_name(one)] = [micros(one.until - now), max(0, micros(now - since))]
        return words.text(told)

    def _head(self, reply: Reply) -> tuple[bytes, int, News, list[Reply]]:
        match reply:
            case [bytes(kind), bytes(now), rests, version, *rest]:
                instant = int(now)
                if instant:
                    self._set(instant)
                return kind, instant, self._news(rests, version), rest
        raise _nonsense()

    def _news(self, rests: Reply, version: Reply) -> News:
        found: dict[str, str] = {}
        if isinstance(rests, bytes) and rests != b"{}":
            found = msgspec.json.decode(rests, type=dict[str, str])
        return News(
            learned=tuple(self._lessons(found)),
            catalogue_version=int(version) if isinstance(version, bytes) else 0,
        )

    def _lessons(self, found: dict[str, str]) -> Iterator[Lesson]:
        if self.ahead is None:
            return
        for name, span in sorted(found.items()):
            till, since = (int(instant) / 1e6 - self.ahead for instant in span.split(" "))
            key, _, model = name.partition(" ")
            if not key:
                yield Lesson("open", model, till, since=since)
            elif key.startswith(LOW):
                yield Lesson("low", key.removeprefix(LOW), till, model or None)
            else:
                yield Lesson("rest", key, till, model or None)

    def _set(self, instant: int) -> None:
        self.ahead = instant / 1e6 - self.clock.now()


def _name(lesson: Lesson) -> str:
    """As in the field `rests` of `lua/books.lua`."""
    if lesson.kind == "open":
        return f" {lesson.subject}"
    return f"{LOW if lesson.kind == 'low' else ''}{lesson.subject} {lesson.model or ''}"


def newer(reply: Reply | Refused) -> bool:
    """Of the same fields: are the books a newer relay's?"""
    match reply:
        case [_, _, found]:
            return layout.newer(found)
    return False


def swept(reply: Reply) -> tuple[int, bool]:
    """Of `lua/sweep_verb.lua`."""
    match reply:
        case [int(lost), int(ended)]:
            return lost, bool(ended)
    raise _nonsense()


def number(reply: Reply | Refused) -> int:
    """A count. Raises StoreUnavailable for anything else."""
    if isinstance(reply, int):
        return reply
    raise StoreUnavailable(reply.message) if isinstance(reply, Refused) else _nonsense()


def packed(body: bytes) -> str:
    """Bytes as text: one of the carriers has nothing else."""
    return b64encode(body).decode()


def stored(content_type: str, reply: Reply | Refused) -> StoredAnswer | None:
    """An answer that was kept; None where it is forgotten."""
    return StoredAnswer(content_type, b64decode(reply)) if isinstance(reply, bytes) else None


def _those(lines: tuple[Line, ...], told: list[Reply]) -> tuple[Line, ...]:
    """The lines that a verdict is about, where the store says which."""
    match told:
        case [bytes(text)]:
            return words.lines(text)
    return lines


def _headroom(lines: tuple[Line, ...], texts: list[Reply], now: int) -> tuple[Headroom, ...]:
    return tuple(
        gauges.headroom(line, _gauge(text), now) for line, text in zip(lines, texts, strict=True)
    )


def _gauge(text: Reply) -> Gauge:
    if not isinstance(text, bytes):
        raise _nonsense()
    return gauges.gauge(text.decode())


def _denial(lines: tuple[Line, ...], reply: Reply) -> Denial:
    match reply:
        case [int(place), int(wait), int(never)]:
            return Denial(lines[place - 1], None if wait < 0 else wait, never=bool(never))
    raise _nonsense()


def _nonsense() -> StoreUnavailable:
    return StoreUnavailable("a script of ours answered what it never answers: is it another's?")
