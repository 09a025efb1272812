"""What reaches the provider: the caller's bytes, but for the model's name."""

import json

import pytest

from src.domain.catalogue import VirtualModel
from tests.support import golden
from tests.support.behaviours import chat, ok_chat, status
from tests.support.caller import request
from tests.support.catalogue import CLIENT_KEY, provider, snapshot, target
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay

#: `%s` is where the model's name stands.
BODIES = {
    "plain": '{"model":%s,"messages":[{"role":"user","content":"Hi"}]}',
    "white space": '\n {\t"model" :\r\n %s ,  "messages":[ {"role":"user","content":"Hi"} ] } \n',
    "model last": '{"messages":[{"role":"user","content":"Hi"}],"model":%s}',
    "model inside": '{"messages":[{"role":"user","content":"\\"model\\":\\"x\\"","model":"inner"}],'
    '"metadata":{"model":"gpt-4o"},"model":%s}',
    "unknown fields": '{"model":%s,"messages":[{"role":"user","content":"Hi","x":[{}]}],'
    '"x_new":{"base_url":"http://x","api_key":"k"},"service_tier":null}',
    "escapes": '{"model":%s,"messages":[{"role":"user","content":"\\u00e9\\/\\ud83c\\udf0d"}]}',
    "unicode": '{"model":%s,"messages":[{"role":"user","content":"é你🌍\u2028"}]}',
    "numbers": '{"model":%s,"messages":[{"role":"user","content":"Hi"}],"seed":'
    '123456789012345678901234567890,"temperature":1.50E+0,"top_p":-0.0}',
    "tools": '{"model":%s,"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function",'
    '"function":{"name":"f","parameters":{"type":"object","properties":{"model":{}}}}}]}',
    "stream false": '{"model":%s,"messages":[{"role":"user","content":"Hi"}],"stream":false}',
}

each_body = pytest.mark.parametrize("name", BODIES)


@each_body
async def test_the_body_is_identical_but_for_the_model(name: str) -> None:
    """
    White space, unknown fields, escapes and numbers arrive as the caller wrote them.
    """
    written = BODIES[name]
    virtual = VirtualModel("mine", (target("one/gpt-4o"),))
    async with scripted(ok_chat()) as one:
        pools = snapshot(provider("one", one), virtual_models=(virtual,))
        async with running_relay(pools) as relay:
            for model in ('"mine"', '"gpt-4o"', '"one/gpt-4o"'):
                heard = await relay.send(request(body=(written % model).encode(), key=CLIENT_KEY))
                assert 200 == heard.status, heard.body

    assert [(written % '"gpt-4o"').encode()] * 3 == [seen.body for seen in one.requests]


async def test_an_escaped_name_is_the_same_name() -> None:
    """
    A model written with escapes is resolved as what it means; a right name is left as written.
    """
    body = BODIES["plain"] % '"gpt\\u002d4o"'
    async with relay_of(ok_chat()) as (one, relay):
        heard = await relay.send(request(body=body.encode(), key=CLIENT_KEY))

    assert 200 == heard.status
    assert "gpt-4o" == json.loads(one.last.body)["model"]


@each_body
async def test_a_stream_is_asked_for_its_usage_and_nothing_else_changes(name: str) -> None:
    """
    Only `stream_options` is added, where the caller has none; without it the bytes are the same.
    """
    written = BODIES[name].replace(',"stream":false', "").rstrip()
    written = written.removesuffix("}").rstrip() + ',"stream":true}'
    async with relay_of(chat()) as (one, relay):
        heard = await relay.send(request(body=(written % '"gpt-4o"').encode(), key=CLIENT_KEY))

    assert 200 == heard.status
    extra = b'"stream_options":{"include_usage":true}'
    bare = one.last.body.replace(b"," + extra, b"").replace(extra + b",", b"")
    assert extra in one.last.body
    assert (written % '"gpt-4o"').encode() == bare


@pytest.mark.parametrize(
    "written",
    [
        '{"include_usage":true}',
        '{ "include_obfuscation" : false }',
        '{"include_usage":false}',
        "{}",
    ],
)
async def test_the_callers_own_stream_options_stand(written: str) -> None:
    """
    Options the caller gave are kept; at most `include_usage` is turned on among them, and its
    chunk is then not shown.
    """
    body = (
        '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"stream":true,'
        f'"stream_options":{written}}}'
    )
    async with relay_of(chat()) as (one, relay):
        heard = await relay.send(request(body=body.encode(), key=CLIENT_KEY))

    sent, asked = json.loads(one.last.body)["stream_options"], json.loads(written)
    counted = asked.get("include_usage", False)
    assert asked | {"include_usage": True} == sent | {"include_usage": True}
    assert (body.encode() == one.last.body) or not counted
    events = (*golden.TEXT, golden.USAGE) if counted else golden.TEXT
    assert b"".join(golden.wire(events)) == heard.body


async def test_a_provider_that_refuses_stream_options_is_not_sent_any() -> None:
    """
    With `stream_usage` off the body of a stream is untouched as well.
    """
    body = BODIES["plain"] % '"gpt-4o"'
    body = body[:-1] + ',"stream":true}'
    async with relay_of(chat(), stream_usage=False) as (one, relay):
        await relay.send(request(body=body.encode(), key=CLIENT_KEY))

    assert body.encode() == one.last.body


async def test_a_whole_answer_comes_back_as_it_was_written() -> None:
    """
    White space, unknown fields and numbers of a whole answer are the provider's own.
    """
    answer = b'\n{ "choices" : [ {"message":{"content":"\\u00e9"}} ],\t"x":1.50E+0, "n":%d }\n'
    said = answer % 10**40
    async with relay_of(status(200, said)) as (_, relay):
        heard = await relay.ask()

    assert (200, said) == (heard.status, heard.body)


async def test_large_bodies_pass_both_ways() -> None:
    """
    5 MB there, 5 MB back.
    """
    many = "é" * 2_500_000
    async with relay_of(ok_chat(golden.answer({"content": many}))) as (one, relay):
        heard = await relay.ask(messages=[{"role": "user", "content": many}])

    assert many == json.loads(one.last.body)["messages"][0]["content"]
    assert many == heard.json["choices"][0]["message"]["content"]
