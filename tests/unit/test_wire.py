"""From a caller's dialect to a provider's, and back: what passes, what is written anew."""

import json

import pytest

from src.domain.blocks import Dialect
from src.domain.catalogue import Provider
from src.domain.dialects import anthropic_messages, openai_chat
from src.domain.dialects.codec import Asked
from src.domain.dialects.wire import CODECS, Wire
from src.domain.errors import BadAnswer, CannotCarry, ServerFailed
from tests.support import golden, messages, messaging

PLAIN = b'{ "model":"m", "max_tokens" : 9,"messages":[{"role":"user","content":"Hi"}]%s}'
SEARCH = b',"tools":[{"type":"web_search_20250305","name":"web_search"}]'
MARKED = b',"system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}]'
PROVIDERS: dict[Dialect, Provider] = {
    "openai_chat": Provider("p", "https://p.example"),
    "anthropic_messages": Provider("p", "https://p.example", dialect="anthropic_messages"),
}
ANSWERS: dict[Dialect, bytes] = {
    "openai_chat": golden.dump(golden.TEXT_ANSWER),
    "anthropic_messages": messages.dump(messages.ANSWER),
}
each = pytest.mark.parametrize("spoken", CODECS)


def asked(dialect: Dialect, more: bytes = b"") -> Asked:
    read = openai_chat.request.read if dialect == "openai_chat" else anthropic_messages.request.read
    return read(PLAIN % more)


@each
def test_the_same_dialect_passes(spoken: Dialect) -> None:
    """Only the model's name is another; spaces, order and unknown fields stay."""
    wire = Wire.between(spoken, spoken)
    sent = wire.send(asked(spoken, b', "of_tomorrow" : 1.50'), PROVIDERS[spoken], "theirs")

    assert not wire.translates
    assert (PLAIN % b', "of_tomorrow" : 1.50').replace(b'"m"', b'"theirs"') == sent.body
    assert () == sent.dropped


@each
def test_a_whole_answer_of_the_same_dialect_passes(spoken: Dialect) -> None:
    """With the content type that it came with."""
    given = Wire.between(spoken, spoken).give(
        {"content-type": "application/json; x=1"}, ANSWERS[spoken], now=0.0
    )

    assert (ANSWERS[spoken], "application/json; x=1") == (given.body, given.content_type)
    assert given.usage is not None


@pytest.mark.parametrize(
    ("caller", "spoken", "path", "mark"),
    [
        ("openai_chat", "anthropic_messages", "/messages", "chat.completion"),
        ("anthropic_messages", "openai_chat", "/chat/completions", "message"),
    ],
)
def test_another_dialect_is_written_anew(
    caller: Dialect, spoken: Dialect, path: str, mark: str
) -> None:
    """For the provider in its own; for the caller in theirs, with the same usage."""
    wire = Wire.between(caller, spoken)
    sent = json.loads(wire.send(asked(caller), PROVIDERS[spoken], "theirs").body)
    given = wire.give({"content-type": "text/odd"}, ANSWERS[spoken], now=0.0)
    answer = json.loads(given.body)

    assert (True, path) == (wire.translates, wire.path_of("?beta=true"))
    assert ("theirs", 9) == (sent["model"], sent["max_tokens"])
    assert mark == (answer.get("object") or answer["type"])
    assert "application/json" == given.content_type
    assert Wire.between(spoken, spoken).give({}, ANSWERS[spoken], now=0.0).usage == given.usage


def test_what_changes_the_meaning_is_refused() -> None:
    """By name, as a field of the caller's, so that another target may be asked."""
    wire = Wire.between("anthropic_messages", "openai_chat")
    with pytest.raises(CannotCarry) as caught:
        wire.send(asked("anthropic_messages", SEARCH), PROVIDERS["openai_chat"], "m")

    assert ("tools[0]", 400) == (caught.value.param, caught.value.status)
    assert "p/m" in caught.value.detail


def test_leniently_it_is_left_out() -> None:
    """And named before what matters little."""
    wire = Wire.between("anthropic_messages", "openai_chat", strict=False)
    sent = wire.send(asked("anthropic_messages", SEARCH + MARKED), PROVIDERS["openai_chat"], "m")

    assert ("tools[0]", "system[0].cache_control") == sent.dropped


def test_what_matters_little_is_left_out_either_way() -> None:
    """A price is no meaning."""
    wire = Wire.between("anthropic_messages", "openai_chat")
    sent = wire.send(asked("anthropic_messages", MARKED), PROVIDERS["openai_chat"], "m")

    assert ("system[0].cache_control",) == sent.dropped


@pytest.mark.parametrize("strict", [True, False])
def test_what_cannot_be_understood_is_not_translated(strict: bool) -> None:
    """Its own provider may know it by now; nobody else can."""
    wire = Wire.between("anthropic_messages", "openai_chat", strict=strict)
    odd = anthropic_messages.request.read(
        b'{"model":"m","max_tokens":9,"messages":[{"role":"narrator","content":"Hi"}]}'
    )
    with pytest.raises(CannotCarry) as caught:
        wire.send(odd, PROVIDERS["openai_chat"], "m")

    assert "messages[0].role" == caught.value.param


@pytest.mark.parametrize("caller", CODECS)
def test_a_providers_errors_are_read_in_its_own_dialect(caller: Dialect) -> None:
    """Whoever asked."""
    wire = Wire.between(caller, "anthropic_messages")
    overloaded = messaging.error("overloaded_error")

    assert isinstance(wire.refused(529, {}, overloaded, now=0.0), ServerFailed)
    with pytest.raises(ServerFailed):
        wire.give({}, overloaded, now=0.0)


@pytest.mark.parametrize("caller", CODECS)
@each
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff"])
def test_no_answer_at_all(caller: Dialect, spoken: Dialect, body: bytes) -> None:
    """Is never made into one."""
    with pytest.raises(BadAnswer):
        Wire.between(caller, spoken).give({}, body, now=0.0)


def test_counting_is_never_translated() -> None:
    """Anthropic alone counts; its count is no usage."""
    wire = Wire.between("anthropic_messages", "anthropic_messages", counts=True)
    given = wire.give({"content-type": "application/json"}, b'{"input_tokens": 5}', now=0.0)

    assert ("/messages/count_tokens", False) == (wire.path_of(""), wire.translates)
    assert b'{"input_tokens": 5}' == given.body
    assert given.usage is not None
    assert 0 == given.usage.input_tokens


@pytest.mark.parametrize(
    "body", [b"", b"7", b"{}", b'{"input_tokens":true}', b'{"input_tokens":-1}', b"\xff"]
)
def test_no_count_at_all(body: bytes) -> None:
    """Of a provider that answers 200 to everything."""
    wire = Wire.between("anthropic_messages", "anthropic_messages", counts=True)
    with pytest.raises(BadAnswer):
        wire.give({}, body, now=0.0)
