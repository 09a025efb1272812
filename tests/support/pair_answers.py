"""The same answers from providers of each dialect, for every pair."""

from collections.abc import Mapping

from src.domain.blocks import Dialect

from . import claude, golden, messages
from .behaviours import chat
from .messages import USAGE, Json
from .script import Script

#: What all the texts say.
HELLO = "".join(golden.WORDS)
SIGNATURE = "c2ln"


def both(openai: Script, anthropic: Script) -> Mapping[Dialect, Script]:
    return {"openai_chat": openai, "anthropic_messages": anthropic}


def anthropics(
    *blocks: Json, reason: str = "end_turn", usage: Json = USAGE, **told: Json
) -> Script:
    """An answer of Anthropic's with these blocks."""
    return claude.says([messages.start(usage), *blocks, *messages.last(reason, **told)])


def openais(*pieces: bytes, message: Json, finish: str = "stop", usage: Json = None) -> Script:
    """An answer of OpenAI's, streamed in these pieces; `message`: the same as a whole."""
    answer = golden.answer(message, finish=finish, usage=usage)
    counted = golden.envelope([], usage=answer["usage"])
    return chat((*pieces, golden.piece({}, finish=finish)), answer, counted=counted)


TEXT = both(chat(), anthropics(*messages.text(0, *golden.WORDS)))

#: Two calls at once, `call_0` and `call_1`.
CALLS = both(
    chat(golden.PARALLEL_TOOLS, golden.TOOL_ANSWER),
    anthropics(
        *messages.text(0, "Both."),
        *messages.tool(1, "call_0", "", '{"city": "Zü', 'rich"}'),
        *messages.tool(2, "call_1", '{"city": "北京"}'),
        reason="tool_use",
    ),
)

THOUGHT = both(
    chat(golden.REASONING, golden.REASONING_ANSWER),
    anthropics(*messages.thinking(0, "Think", " hard."), *messages.text(1, "42")),
)


def one_call(id: str, *, thought: bool = False) -> Mapping[Dialect, Script]:
    """One call with this id; `thought`: and what was thought before it."""
    function = {"name": "weather", "arguments": '{"city":"Bern"}'}
    call = {"id": id, "type": "function", "function": function}
    reasoning = {"reasoning_content": "Think hard."} if thought else {}
    thinking = messages.thinking(0, "Think", " hard.") if thought else ()
    return both(
        openais(
            golden.piece({"role": "assistant", "content": None} | reasoning),
            golden.piece({"tool_calls": [{"index": 0} | call]}),
            message={"tool_calls": [call]} | reasoning,
            finish="tool_calls",
        ),
        anthropics(
            *thinking,
            *messages.tool(int(thought), id, '{"city":', '"Bern"}'),
            reason="tool_use",
        ),
    )


THOUGHT_CALL = one_call("call_0", thought=True)

CITY = '{"city":"Bern","people":134000}'
STRUCTURED = both(
    chat(golden.STRUCTURED, golden.STRUCTURED_ANSWER),
    anthropics(*messages.text(0, CITY[:8], CITY[8:])),
)


def stopped(finish: str, reason: str, *, sequence: str | None = None) -> Mapping[Dialect, Script]:
    """A text that ends with these words of each dialect."""
    text = golden.piece({"role": "assistant", "content": "I"})
    return both(
        openais(text, message={"content": "I"}, finish=finish),
        anthropics(*messages.text(0, "I"), reason=reason, sequence=sequence),
    )


def _counted(openai: Json, anthropic: Json) -> Mapping[Dialect, Script]:
    """A text with this usage; a stream of Anthropic's begins with another one."""
    text = golden.piece({"role": "assistant", "content": "I"})
    begin = {"input_tokens": 5, "output_tokens": 1}
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    last = {"type": "message_delta", "delta": end, "usage": anthropic}
    return both(
        openais(text, message={"content": "I"}, usage=openai),
        claude.says([messages.start(begin), *messages.text(0, "I"), last, messages.STOP]),
    )


#: 50 in, of them 30 from the cache and 5 written to it; 9 out, of them 3 for reasoning.
USED = _counted(
    {
        "prompt_tokens": 50,
        "completion_tokens": 9,
        "total_tokens": 59,
        "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 3},
    },
    {
        "input_tokens": 15,
        "cache_read_input_tokens": 30,
        "cache_creation_input_tokens": 5,
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 3},
    },
)

#: 5 in, and nothing else.
ZEROS = _counted(
    {
        "prompt_tokens": 5,
        "completion_tokens": 0,
        "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    },
    {
        "input_tokens": 5,
        "cache_read_input_tokens": 0,
        "cache_creation_input_tokens": 0,
        "output_tokens": 0,
        "output_tokens_details": {"thinking_tokens": 0},
    },
)
