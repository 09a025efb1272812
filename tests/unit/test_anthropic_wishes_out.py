"""Tools, sampling, thinking and formats as Anthropic takes them."""

import json

import pytest
from attrs import evolve

from src.domain.blocks import Extras, Foreign, Text, ToolCall, ToolResult
from src.domain.conversation import (
    Conversation,
    Reasoning,
    Sampling,
    Structured,
    Tool,
    ToolChoice,
    Turn,
)
from src.domain.dialects.anthropic_messages import models, request_out
from tests.support.messages import Json

TALK = Conversation("openai_chat", "m", (Turn("user", (Text("Hi"),)),))
PLAIN = {"model", "max_tokens", "messages"}
OLD, NEW, NEWEST = "claude-sonnet-4-5-20250929", "claude-opus-4-6", "claude-opus-5"
FORCED = ToolChoice("required")
TOOL = Tool("f", "D", {"type": "object", "properties": {}})


def write(model: str = NEW, **wishes: Json) -> tuple[Json, tuple[str, ...], tuple[str, ...]]:
    """The fields besides the usual ones; what was dropped; what was lost."""
    written = request_out.write(evolve(TALK, **wishes), model)
    body = json.loads(written.body)
    kept = {name: value for name, value in body.items() if name not in PLAIN}
    bound = body["max_tokens"]
    return kept | ({} if bound == 8192 else {"max": bound}), written.dropped, written.lost


def effort(word: str) -> Json:
    return {"reasoning": Reasoning(effort=word)}


def thinks(budget: int, bound: int) -> Json:
    return {"thinking": {"type": "enabled", "budget_tokens": budget}, "max": bound}


ADAPTIVE = {"thinking": {"type": "adaptive"}}
CASES: list[tuple[str, str, Json, Json, tuple[str, ...], tuple[str, ...]]] = [
    ("a bound", NEW, {"max_tokens": 1}, {"max": 1}, (), ()),
    ("no effort", OLD, effort("none"), {"thinking": {"type": "disabled"}}, (), ()),
    ("little by budget", OLD, effort("low"), thinks(1024, 9216), (), ()),
    ("least by budget", OLD, effort("minimal"), thinks(1024, 9216), (), ()),
    ("medium by budget", OLD, effort("medium"), thinks(4096, 12288), (), ()),
    ("much by budget", OLD, effort("high"), thinks(16384, 24576), (), ()),
    ("most by budget", OLD, effort("xhigh"), thinks(32768, 40960), (), ()),
    ("a bound above", OLD, effort("low") | {"max_tokens": 1025}, thinks(1024, 1025), (), ()),
    (
        *("a bound below", OLD, effort("low") | {"max_tokens": 100}, thinks(1024, 1124)),
        ("max_tokens (raised above the thinking budget)",),
        (),
    ),
    (
        *("adaptive", NEW, effort("high")),
        ADAPTIVE | {"output_config": {"effort": "high"}},
        *((), ()),
    ),
    (
        *("least adaptive", NEW, effort("minimal")),
        ADAPTIVE | {"output_config": {"effort": "low"}},
        *((), ()),
    ),
    ("an unknown effort", NEW, effort("heroic"), {}, ("reasoning_effort",), ()),
    (
        *("a forced tool", NEW, effort("high") | {"tools": (TOOL,), "choice": FORCED}),
        {
            "tools": [
                {
                    "name": "f",
                    "input_schema": {"type": "object", "properties": {}},
                    "description": "D",
                }
            ],
            "tool_choice": {"type": "any"},
        },
        *(("reasoning_effort",), ()),
    ),
    (
        *("thinking and sampling", OLD),
        effort("low") | {"sampling": Sampling(temperature=0.2, top_p=0.5, top_k=5)},
        thinks(1024, 9216),
        *(("temperature", "top_k", "top_p"), ()),
    ),
    (
        *("thinking and mild sampling", OLD),
        effort("low") | {"sampling": Sampling(temperature=1, top_p=0.95)},
        thinks(1024, 9216) | {"top_p": 0.95},
        *((), ()),
    ),
    (
        "heat",
        NEW,
        {"sampling": Sampling(temperature=1.7)},
        {"temperature": 1.0},
        ("temperature",),
        (),
    ),
    (
        *("both", OLD, {"sampling": Sampling(temperature=0.5, top_p=0.9)}),
        *({"temperature": 0.5}, ("top_p",), ()),
    ),
    (
        *("both as usual", OLD, {"sampling": Sampling(temperature=0.5, top_p=1)}),
        *({"temperature": 0.5}, (), ()),
    ),
    (
        *("both once", "claude-3-haiku", {"sampling": Sampling(temperature=0.5, top_p=0.9)}),
        *({"temperature": 0.5, "top_p": 0.9}, (), ()),
    ),
    (
        *("no sampling", NEWEST, {"sampling": Sampling(temperature=0.5, top_k=4)}),
        *({}, ("temperature", "top_k"), ()),
    ),
    (
        *("another's model", "deepseek-chat", {"sampling": Sampling(0.5, 0.9, 4)}),
        *({"temperature": 0.5, "top_p": 0.9, "top_k": 4}, (), ()),
    ),
    (
        *("what is not there", NEW),
        {"sampling": Sampling(seed=4, frequency_penalty=0.5, presence_penalty=0, choices=2)},
        *({}, ("seed", "frequency_penalty"), ("n",)),
    ),
    (
        *("stops", NEW, {"sampling": Sampling(stop=("a", "\n", ""))}),
        *({"stop_sequences": ["a"]}, (), ("stop[1]",)),
    ),
    ("a user", NEW, {"user": "u"}, {"metadata": {"user_id": "u"}}, (), ()),
    ("a stream", NEW, {"stream": True}, {"stream": True}, (), ()),
    (
        *("a schema", NEW, {"structured": Structured({"type": "object"}, "n", True)}),
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
        *((), ()),
    ),
    ("any object", NEW, {"structured": Structured()}, {}, ("response_format",), ()),
    (
        *("extras", NEW),
        {
            "extras": Extras(
                "openai_chat",
                {
                    "store": False,
                    "service_tier": "auto",
                    "metadata": {"a": "b"},
                    "logit_bias": {},
                    "logprobs": True,
                    "top_logprobs": 4,
                    "modalities": ["text"],
                    "verbosity": "low",
                },
            )
        },
        *({}, ("metadata", "verbosity"), ("logprobs", "top_logprobs")),
    ),
    (
        *("a strange tool", NEW, {"tools": (Foreign("openai_chat", {"type": "custom"}),)}),
        *({}, (), ("tools[0]",)),
    ),
    ("a choice of nothing", NEW, {"choice": ToolChoice("none", parallel=False)}, {}, (), ()),
]


@pytest.mark.parametrize(
    ("model", "wishes", "kept", "dropped", "lost"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_wish_is_written(
    model: str, wishes: Json, kept: Json, dropped: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    """Or named where it cannot be."""
    assert (kept, dropped, lost) == write(model, **wishes)


CHOICES = [
    (ToolChoice(), {"type": "auto"}),
    (ToolChoice("auto", parallel=False), {"type": "auto", "disable_parallel_tool_use": True}),
    (ToolChoice("none", parallel=False), {"type": "none"}),
    (FORCED, {"type": "any"}),
    (
        ToolChoice("one", "f", parallel=True),
        {"type": "tool", "name": "f", "disable_parallel_tool_use": False},
    ),
]


@pytest.mark.parametrize(("choice", "expected"), CHOICES)
def test_a_choice_is_written(choice: ToolChoice, expected: Json) -> None:
    """Parallel calls are its business there."""
    assert expected == write(tools=(TOOL,), choice=choice)[0]["tool_choice"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (None, {"type": "object", "properties": {}}),
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        ({"type": "object", "$defs": {}}, {"type": "object", "$defs": {}}),
    ],
)
def test_a_schema_says_that_it_is_an_object(schema: Json | None, expected: Json) -> None:
    """Anthropic demands it."""
    found = write(tools=(Tool("f", schema=schema, strict=True),))[0]["tools"]

    assert [{"name": "f", "input_schema": expected, "strict": True}] == found


@pytest.mark.parametrize(("model", "kept"), [(OLD, set()), (NEW, {"thinking", "output_config"})])
def test_a_round_of_tools_without_its_thinking(model: str, kept: set[str]) -> None:
    """The models that think by a budget refuse to go on thinking then."""
    turns = (
        *(*TALK.turns, Turn("assistant", (ToolCall("a", "f", "{}"),))),
        Turn("user", (ToolResult("a"),)),
    )
    found, dropped, _ = write(model, turns=turns, **effort("high"))

    assert kept == set(found)
    assert (() if kept else ("reasoning_effort",)) == dropped


MODELS = {
    "claude-3-opus-20240229": (True, True, True),
    "claude-3-7-sonnet-latest": (True, True, True),
    "anthropic/claude-sonnet-4": (True, True, True),
    "claude-sonnet-4-20250514": (True, True, True),
    "claude-opus-4-1-20250805": (True, True, False),
    "claude-haiku-4.5": (True, True, False),
    "claude-opus-4-6": (False, True, False),
    "claude-opus-4-7": (False, False, False),
    "claude-opus-4-10": (False, False, False),
    "claude-sonnet-5": (False, False, False),
    "kimi-k2": (False, True, True),
}


@pytest.mark.parametrize(("model", "expected"), MODELS.items())
def test_a_model_is_known_by_its_name(model: str, expected: tuple[bool, bool, bool]) -> None:
    """Thinks by a budget; takes sampling; takes temperature and top_p at once."""
    found = (
        *(models.thinks_by_budget(model), models.takes_sampling(model)),
        models.takes_both(model),
    )

    assert expected == found
