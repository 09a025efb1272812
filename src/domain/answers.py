"""An answer in no provider's words: whole, or as the events of a stream."""

from typing import Literal

from attrs import frozen

from .blocks import Block, Extras, Foreign
from .errors import UpstreamError
from .receipt import Usage

#: Why it ended. `window`: the model's context is full; `pause`: a long turn was interrupted, and
#: goes on when it is sent back.
Finish = Literal[
    "stop", "length", "tool_calls", "stop_sequence", "filtered", "refusal", "pause", "window"
]
#: What a block of a stream is made of.
Kind = Literal["text", "thinking", "redacted_thinking", "tool_call", "refusal", "foreign"]


@frozen
class Choice:
    """One of the answers that were asked for."""

    blocks: tuple[Block, ...]
    finish: Finish | None
    stop_sequence: str | None = None
    extras: Extras | None = None


@frozen
class Answer:
    """`id` and `model` as the provider says them."""

    id: str
    model: str
    choices: tuple[Choice, ...]
    usage: Usage | None = None
    created: int | None = None
    extras: Extras | None = None


@frozen
class Started:
    """The stream begins. `usage`: what is known of it by then."""

    id: str
    model: str
    usage: Usage | None = None
    created: int | None = None


@frozen
class BlockStarted:
    """Block `index` of choice `choice`. Of a tool call, `call_id` and `name`; a foreign block comes
    with all its fields, redacted thinking with its data."""

    index: int
    kind: Kind
    call_id: str = ""
    name: str = ""
    data: str = ""
    foreign: Foreign | None = None
    choice: int = 0


@frozen
class Delta:
    """More of a block: `part` says of what. Arguments are pieces of JSON text."""

    index: int
    part: Literal["text", "thinking", "signature", "arguments", "refusal"]
    text: str
    choice: int = 0


@frozen
class ForeignDelta:
    """More of a block in a way that only one dialect knows (citations)."""

    index: int
    foreign: Foreign
    choice: int = 0


@frozen
class BlockEnded:
    index: int
    choice: int = 0


@frozen
class UsageSaid:
    """What was used so far: cumulative, the last one stands."""

    usage: Usage


@frozen
class Finished:
    """A choice is complete."""

    finish: Finish
    stop_sequence: str | None = None
    choice: int = 0
    extras: Extras | None = None


@frozen
class Failed:
    """An error event: the stream is over and not complete."""

    error: UpstreamError


@frozen
class Ended:
    """The provider said that nothing follows."""


Event = (
    Started
    | BlockStarted
    | Delta
    | ForeignDelta
    | BlockEnded
    | UsageSaid
    | Finished
    | Failed
    | Ended
)
