"""What a scripted provider does with one request: steps as plain values, and how to choose them."""

import asyncio
from collections.abc import Callable, Mapping

from attrs import define, field, frozen


@frozen
class Send:
    """Write these bytes."""

    data: bytes = field(repr=False)


@frozen
class Wait:
    """Say nothing for so many seconds."""

    seconds: float


@frozen
class Until:
    """Say nothing until the test opens the gate."""

    gate: asyncio.Event = field(repr=False)


@frozen
class Repeat:
    """Write the same bytes every `gap` seconds until the other side goes away."""

    data: bytes
    gap: float


@frozen
class Hang:
    """Say nothing more; stay until the other side goes away."""


@frozen
class Close:
    """End the connection in good order (FIN)."""


@frozen
class Reset:
    """Break the connection (RST)."""


Step = Send | Wait | Until | Repeat | Hang | Close | Reset
#: Played in order; at the end the connection stays open for the next request.
Behaviour = tuple[Step, ...]


@define(eq=False)
class Seen:
    """One request as the provider saw it. Instants are the event loop's seconds."""

    method: str
    path: str
    #: As received: lower-case names, in order, none joined.
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float
    connection: int
    #: When the other side had gone before the script was over; None: it stayed.
    gone_at: float | None = None
    #: When the script was over; None: still playing, or the other side had gone.
    done_at: float | None = None
    #: Set at either of the two.
    over: asyncio.Event = field(factory=asyncio.Event, repr=False)

    def header(self, name: str) -> str | None:
        """The first value of that header."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def key(self) -> str:
        """The provider key it came with, without the scheme word."""
        value = self.header("authorization") or self.header("x-api-key") or ""
        return value.removeprefix("Bearer ")


Script = Callable[[Seen], Behaviour]


def always(behaviour: Behaviour) -> Script:
    """The same for every request."""
    return lambda seen: behaviour


def as_script(what: "Behaviour | Script") -> Script:
    return what if callable(what) else always(what)


@define(eq=False)
class InTurn:
    """One after the other; the last one stays."""

    scripts: tuple[Script, ...]
    calls: int = 0

    def __call__(self, seen: Seen) -> Behaviour:
        script = self.scripts[min(self.calls, len(self.scripts) - 1)]
        self.calls += 1
        return script(seen)


def in_turn(*what: Behaviour | Script) -> Script:
    """One behaviour per call, the last for all that follow."""
    return InTurn(tuple(map(as_script, what)))


@frozen(eq=False)
class ByKey:
    """A script per provider key, and one for the others."""

    scripts: Mapping[str, Script]
    otherwise: Script

    def __call__(self, seen: Seen) -> Behaviour:
        return self.scripts.get(seen.key, self.otherwise)(seen)


def by_key(
    scripts: Mapping[str, Behaviour | Script], otherwise: Behaviour | Script = (Close(),)
) -> Script:
    """What is played depends on the key that came."""
    return ByKey({key: as_script(what) for key, what in scripts.items()}, as_script(otherwise))
