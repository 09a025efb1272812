"""A request in no provider's words: turns of blocks, tools, and what is wished for.

Each dialect reads its own requests into these values and writes them from these values; nothing
here knows a wire format. Where both sides speak one dialect none of this is used: bytes pass.
"""

from typing import Literal

from attrs import field, frozen

from .blocks import Block, CacheMark, Dialect, Extras, Foreign, Json

Role = Literal["system", "developer", "user", "assistant"]


@frozen
class Turn:
    """What one side said. Tool results stand in user turns, in the order of the calls."""

    role: Role
    blocks: tuple[Block, ...]
    name: str | None = None
    extras: Extras | None = None
    #: Of the message it came from (the first, if several), the place in `messages`; for naming.
    at: int | None = field(default=None, eq=False)


# --- what is asked for -----------------------------------------------------------------------


@frozen
class Tool:
    """A function of the caller's. `schema` is JSON Schema."""

    name: str
    description: str | None = None
    schema: Json | None = None
    strict: bool | None = None
    cache: CacheMark | None = None
    extras: Extras | None = None


@frozen
class ToolChoice:
    """`one` names the tool that must be called; `parallel=None`: as the provider pleases."""

    mode: Literal["auto", "none", "required", "one"] = "auto"
    name: str | None = None
    parallel: bool | None = None


@frozen
class Structured:
    """The answer is JSON; with a schema where one is given."""

    schema: Json | None = None
    name: str | None = None
    strict: bool | None = None
    description: str | None = None


@frozen
class Reasoning:
    """How hard to think. `effort` as OpenAI names it, `budget` in tokens, as Anthropic counts it;
    `mode`: said outright; None: as the model does by itself."""

    mode: Literal["off", "on", "adaptive"] | None = None
    effort: str | None = None
    budget: int | None = None
    extras: Extras | None = None


@frozen
class Sampling:
    """None: not said."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    choices: int = 1


@frozen
class Conversation:
    """A request. `tools` may hold Foreign ones: tools that the provider itself runs."""

    dialect: Dialect
    model: str
    turns: tuple[Turn, ...]
    stream: bool = False
    include_usage: bool = False
    tools: tuple[Tool | Foreign, ...] = ()
    choice: ToolChoice | None = None
    structured: Structured | None = None
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    reasoning: Reasoning | None = None
    user: str | None = None
    extras: Extras | None = None


@frozen
class Written:
    """A request or an answer in a dialect's bytes. `dropped` names what could not be carried and
    matters little, `lost` what changes the meaning; both by the field's name, as a caller of the
    dialect it came from knows it: `seed`, `messages[2].content[0].cache_control`."""

    body: bytes
    dropped: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
