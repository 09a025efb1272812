"""What the relay reads of a chat request, and what the provider gets of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.openai_chat import request
from src.domain.dialects.openai_chat.request import ChatRequest
from src.domain.errors import InvalidRequest

MESSAGES = b'[{"role": "user", "content": "Hi \\u00fc"}]'


def body(**members: bytes) -> bytes:
    whole = {"model": b'"gpt-4o"', "messages": MESSAGES} | members
    return b"{" + b", ".join(b'"%s" : %s' % (n.encode(), v) for n, v in whole.items()) + b" }"


def read(**members: bytes) -> ChatRequest:
    return request.read(body(**members))


def test_the_fields_that_steer_are_read() -> None:
    """Model, stream, usage, bound and number of choices."""
    found = read(stream=b"true", stream_options=b'{"include_usage": true}', max_tokens=b"7", n=b"2")

    assert "gpt-4o" == found.model
    assert (True, True, 7, 2) == (
        *(found.stream, found.include_usage, found.max_tokens, found.choices),
    )


def test_what_is_absent_or_null_has_its_default() -> None:
    """Null is absent, as OpenAI's own SDKs write it."""
    nulls = dict.fromkeys(("stream", "stream_options", "max_tokens", "n"), b"null")

    for found in (read(), read(**nulls)):
        assert (False, False, None, 1) == (
            *(found.stream, found.include_usage, found.max_tokens, found.choices),
        )


def test_the_newer_bound_wins() -> None:
    """`max_completion_tokens` replaced `max_tokens`."""
    assert 5 == read(max_tokens=b"9", max_completion_tokens=b"5").max_tokens


WRONG = [
    ("model", {"model": b"null"}),
    ("model", {"model": b"4"}),
    ("model", {"model": b'""'}),
    ("model", {"model": b'"  "'}),
    ("model", {"model": b'"%s"' % (b"m" * 257)}),
    ("messages", {"messages": b"null"}),
    ("messages", {"messages": b'"Hi"'}),
    ("messages", {"messages": b"{}"}),
    ("messages", {"messages": b"[]"}),
    ("messages", {"messages": b"[ \n\t ]"}),
    ("messages", {"messages": b"[%s]" % (b" " * 200)}),
    ("stream", {"stream": b'"true"'}),
    ("stream", {"stream": b"1"}),
    ("stream_options", {"stream_options": b"true"}),
    ("stream_options.include_usage", {"stream_options": b'{"include_usage": "yes"}'}),
    ("max_tokens", {"max_tokens": b'"10"'}),
    ("max_tokens", {"max_tokens": b"1.5"}),
    ("max_tokens", {"max_tokens": b"true"}),
    ("max_completion_tokens", {"max_completion_tokens": b"[]"}),
]


@pytest.mark.parametrize(("param", "members"), WRONG)
def test_a_wrong_field_is_named(param: str, members: dict[str, bytes]) -> None:
    """A 400 in the making, with the field's name."""
    with pytest.raises(InvalidRequest) as caught:
        read(**members)

    assert param == caught.value.param


@pytest.mark.parametrize("name", ["model", "messages"])
def test_a_missing_field_is_named(name: str) -> None:
    """The two that nothing works without."""
    with pytest.raises(InvalidRequest) as caught:
        request.read(json.dumps({"model": "m", "messages": [1]} | {name: None}).encode())

    assert name == caught.value.param


RIGHT: list[dict[str, bytes]] = [
    {"messages": b"[" + b" " * 200 + b'{"role":"user"}]'},
    {"messages": b"[1]"},  # what is in them, the provider judges
    {"max_tokens": b"10.0"},
    {"temperature": b'"hot"'},
    {"n": b'"two"'},
    {"unknown": b"[[[]]]"},
    {"model": b'"%s"' % (b"m" * 256)},
]


@pytest.mark.parametrize("members", RIGHT)
def test_the_rest_is_for_the_provider_to_judge(members: dict[str, bytes]) -> None:
    """Beyond what it reads the relay refuses nothing."""
    assert body(**members) == read(**members).document.body


def test_an_unchanged_model_leaves_the_body_alone() -> None:
    """Not a byte differs."""
    sent = body(seed=b"123456789012345678901234567890", x=b"1.0e2")

    assert sent == request.write(request.read(sent), "gpt-4o", ask_usage=True)


def test_only_the_models_name_is_replaced() -> None:
    """Big numbers, escapes, white space and unknown fields go on as they came."""
    sent = body(seed=b"123456789012345678901234567890", x=b'{"model": "gpt-4o"}')

    written = request.write(request.read(sent), 'up"stream/ü', ask_usage=False)

    assert sent.replace(b'"gpt-4o"', '"up\\"stream/ü"'.encode(), 1) == written


USAGE = [
    (None, b'{"include_usage":true}'),
    (b"null", b'{"include_usage":true}'),
    (b'{"include_usage": false, "x": 1}', b'{"include_usage":true,"x":1}'),
    (b'{"x": [1]}', b'{"x":[1],"include_usage":true}'),
    (b'{ "include_usage" : true }', b'{ "include_usage" : true }'),
]


@pytest.mark.parametrize(("given_", "expected"), USAGE)
def test_usage_is_asked_for_in_streams(given_: bytes | None, expected: bytes) -> None:
    """Other stream options stay; who asked already is sent on untouched."""
    more = {} if given_ is None else {"stream_options": given_}
    found = read(stream=b"true", **more)

    written = request.write(found, "gpt-4o", ask_usage=True)

    assert expected == request.read(written).document.raw("stream_options")
    assert MESSAGES == request.read(written).document.raw("messages")


@pytest.mark.parametrize(("stream", "ask"), [(b"false", True), (b"true", False)])
def test_usage_is_not_asked_for_elsewhere(stream: bytes, ask: bool) -> None:
    """Not in whole answers, where the field is an error, and not where the provider refuses it."""
    sent = body(stream=stream)

    assert sent == request.write(request.read(sent), "gpt-4o", ask_usage=ask)


PIECES = st.sampled_from(
    [*(b"{}[]:,".decode()), '"model"', '"messages"', '"n"', "1e999", '"x"', "[1]", " ", "true"]
)


@given(st.one_of(st.binary(max_size=50), st.lists(PIECES).map(lambda p: "".join(p).encode())))
def test_no_body_hurts(data: bytes) -> None:
    """Refused with a sentence, or understood; nothing else."""
    try:
        assert request.read(data).model
    except InvalidRequest as refusal:
        assert refusal.message


@given(st.sampled_from(["n", "max_tokens", "stream", "stream_options", "model"]), st.data())
def test_no_value_hurts(name: str, data: st.DataObject) -> None:
    """Whatever stands in a field that is read."""
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**400), 10**400),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.just("include_usage"), st.integers() | st.booleans()),
    )
    written = json.dumps(data.draw(values)).encode()
    try:
        read(**{name: written})
    except InvalidRequest as refusal:
        assert (refusal.param or "").startswith(name)
