"""What could not be carried, named."""

from src.domain.blocks import Foreign, ToolCall
from src.domain.conversation import Turn
from src.domain.dialects.names import Notes, block_paths


def test_names_are_bounded() -> None:
    """Some are the other side's own words: a receipt holds so many, and says if there are more."""
    notes = Notes()
    for place in range(1000):
        notes.drop(f"{place} " + "x" * 1000)

    assert (101, "and more") == (len(notes.dropped), list(notes.dropped)[-1])
    assert 128 == max(map(len, notes.dropped))


def test_a_custom_call_is_a_call() -> None:
    """It stands among the calls, and is named so."""
    custom = Foreign("openai_chat", {"type": "custom", "id": "b", "custom": {"name": "g"}})
    turn = Turn("assistant", (ToolCall("a", "f", "{}"), custom), at=1)

    assert ["messages[1].tool_calls[0]", "messages[1].tool_calls[1]"] == block_paths(
        turn, 1, "openai_chat"
    )
