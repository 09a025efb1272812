"""What the relay reads of a messages request, and what the provider gets of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.anthropic_messages import request
from src.domain.dialects.anthropic_messages.request import MessagesRequest
from src.domain.errors import InvalidRequest

MESSAGES = b'[{"role": "user", "content": "Hi \\u00fc"}]'
#: Claude Code's: marks, signatures and fields nobody has heard of.
CODE = b"""{ "model" : "claude-x" ,"max_tokens":1,
  "system":[{"type":"text","text":"A","cache_control":{"type":"ephemeral","ttl":"1h"}}],
  "thinking": {"type":"between_tools"}, "context_management":{"edits":[ ]},
  "messages":[{"role":"assistant","content":[
     {"type":"thinking","thinking":"T","signature":"Ab+/=="},{"type":"fallback", "x": 1.0}]}] }"""


def body(**members: bytes) -> bytes:
    whole = {"model": b'"claude-x"', "messages": MESSAGES} | members
    return b"{" + b", ".join(b'"%s" : %s' % (n.encode(), v) for n, v in whole.items()) + b" }"


def read(**members: bytes) -> MessagesRequest:
    return request.read(body(**members))


def test_the_fields_that_steer_are_read() -> None:
    """Model, stream and bound."""
    found = read(stream=b"true", max_tokens=b"7")

    assert ("claude-x", True, 7) == (found.model, found.stream, found.max_tokens)


def test_what_is_absent_or_null_has_its_default() -> None:
    """Tokens are counted of requests that have no bound."""
    for found in (read(), read(stream=b"null", max_tokens=b"null")):
        assert (False, None) == (found.stream, found.max_tokens)


WRONG = [
    ("model", {"model": b"null"}),
    ("model", {"model": b"4"}),
    ("model", {"model": b'"  "'}),
    ("model", {"model": b'"%s"' % (b"m" * 257)}),
    ("messages", {"messages": b"null"}),
    ("messages", {"messages": b'"Hi"'}),
    ("messages", {"messages": b"[ \n\t ]"}),
    ("stream", {"stream": b'"yes"'}),
    ("max_tokens", {"max_tokens": b'"7"'}),
    ("max_tokens", {"max_tokens": b"true"}),
    ("max_tokens", {"max_tokens": b"1.5"}),
]


@pytest.mark.parametrize(("field", "members"), WRONG)
def test_a_field_that_is_wrong_is_named(field: str, members: dict[str, bytes]) -> None:
    """By its path."""
    with pytest.raises(InvalidRequest) as caught:
        read(**members)

    assert field == caught.value.param


def test_only_the_models_name_changes() -> None:
    """Everything else reaches the provider as it came, to the byte."""
    expected = CODE.replace(b'"claude-x"', b'"claude-y"')

    assert expected == request.write(request.read(CODE), "claude-y")


def test_the_same_name_changes_nothing() -> None:
    """The caller's own bytes."""
    assert CODE is request.write(request.read(CODE), "claude-x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["model", "messages", "stream", "max_tokens"]), JSON))
def test_any_object_is_read_or_refused(members: dict[str, object]) -> None:
    """Nothing but InvalidRequest, whatever the fields hold."""
    try:
        found = request.read(json.dumps(members).encode())
    except InvalidRequest:
        return

    assert members["model"] == found.model
