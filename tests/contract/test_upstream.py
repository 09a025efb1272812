"""What every `Upstream` promises, over the network and in the demo."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from src.adapters.outbound import Outbound
from src.adapters.providers.demo import DemoUpstream
from src.adapters.providers.http import HttpUpstream
from src.domain.catalogue import Provider, ProviderKey, Timeouts
from src.domain.errors import Silent
from src.domain.ports import Call, Reply, Upstream
from tests.http.outbound_wire import LoopClock, Peer, serving, soon

KEYS = (ProviderKey("k1", "sk-one"), ProviderKey("k2", "sk-two"))


def call(base: str, body: object, *, key: str = "sk-one") -> Call:
    return Call(
        provider=Provider("p", base, keys=KEYS),
        url=f"{base}/chat/completions",
        headers=(("authorization", f"Bearer {key}"), ("Accept-Encoding", "gzip")),
        body=json.dumps(body).encode(),
        timeouts=Timeouts(),
        open_by=soon(),
    )


def chat(model: str = "echo", text: str = "hi  you", **more: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


Stand = tuple[Upstream, str]


@asynccontextmanager
async def demo() -> AsyncIterator[Stand]:
    yield DemoUpstream(LoopClock(), lambda: "1"), "demo:"


@asynccontextmanager
async def over_http() -> AsyncIterator[Stand]:
    """The same provider, spoken to over a socket."""
    inner = DemoUpstream(LoopClock(), lambda: "1")

    async def behave(peer: Peer) -> None:
        while True:
            heard = await peer.request()
            keys = [line.split()[-1] for line in heard.lines if line.startswith("authorization")]
            asked = call("demo:", json.loads(heard.body), key=keys[0])
            async with inner.open(asked) as reply:
                await peer.say(started(reply))
                while piece := await reply.read(soon()):
                    await peer.say(b"%x\r\n%b\r\n" % (len(piece), piece))
            await peer.say(b"0\r\n\r\n")

    outbound = Outbound()
    async with serving(behave) as wire:
        yield HttpUpstream(outbound), f"http://127.0.0.1:{wire.port}/v1"
        await outbound.aclose()


def started(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} X", "Transfer-Encoding: chunked"]
    lines += [f"{name.title()}: {value}" for name, value in reply.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


UPSTREAMS = {"demo": demo, "http": over_http}


@pytest.fixture(params=UPSTREAMS)
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    async with UPSTREAMS[request.param]() as one:
        yield one


async def ask(stand: Stand, body: object, key: str = "sk-one") -> tuple[int, str, bytes]:
    upstream, base = stand
    said = b""
    async with upstream.open(call(base, body, key=key)) as reply:
        while piece := await reply.read(soon()):
            said += piece
        return reply.status, reply.headers["content-type"], said


def events(said: bytes) -> list[str]:
    assert said.endswith(b"\n\n")
    return [event.removeprefix("data: ") for event in said.decode().split("\n\n")[:-1]]


async def test_a_stream_comes_piece_by_piece_and_ends(stand: Stand) -> None:
    """
    The first piece is there long before the last, and after the end every read says so again.
    """
    upstream, base = stand
    times: list[float] = []
    async with upstream.open(call(base, chat(stream=True))) as reply:
        while await reply.read(soon()):
            times.append(soon(0))
        ends = [await reply.read(soon()) for _ in range(2)]

    assert (200, [b"", b""]) == (reply.status, ends)
    assert times[-1] - times[0] > 0.1


async def test_a_read_stops_waiting_in_time(stand: Stand) -> None:
    """
    Silent comes when the instant passes, and the next read goes on where this one stopped.
    """
    upstream, base = stand
    async with upstream.open(call(base, chat(stream=True))) as reply:
        said = await reply.read(soon())
        with pytest.raises(Silent):
            await reply.read(soon(0.01))
        while piece := await reply.read(soon()):
            said += piece

    assert "[DONE]" == events(said)[-1]


async def test_one_may_leave_at_any_time(stand: Stand) -> None:
    """
    Leaving in the middle of a stream harms no later call.
    """
    upstream, base = stand
    async with upstream.open(call(base, chat(stream=True))) as reply:
        await reply.read(soon())

    assert 200 == (await ask(stand, chat()))[0]


async def test_echo_says_what_was_said(stand: Stand) -> None:
    """
    The answer is one chat completion with the user's last text, white space kept, and usage.
    """
    status, kind, said = await ask(stand, chat(text="hi  you\n"))
    answer = json.loads(said)

    assert (200, "application/json") == (status, kind)
    assert {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "echo",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "You said: hi  you\n"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 2, "completion_tokens": 4, "total_tokens": 6},
    } == answer


@pytest.mark.parametrize("usage", [False, True])
async def test_echo_streams_word_by_word(stand: Stand, usage: bool) -> None:
    """
    A role, the words, a finish, usage if it was asked for, and the end.
    """
    options = {"include_usage": usage}
    status, kind, said = await ask(stand, chat(stream=True, stream_options=options))
    *chunks, done = events(said)
    parsed = [json.loads(chunk) for chunk in chunks]
    choices = [chunk["choices"][0] for chunk in parsed if chunk["choices"]]
    text = "".join(choice["delta"].get("content", "") for choice in choices)

    assert (200, "text/event-stream; charset=utf-8", "[DONE]") == (status, kind, done)
    assert ("assistant", "You said: hi  you") == (choices[0]["delta"]["role"], text)
    assert [None, None, None, None, None, "stop"] == [one["finish_reason"] for one in choices]
    assert usage == ("usage" in parsed[-1])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (chat(model="gpt"), 404, "model_not_found"),
        ({"model": "echo"}, 400, "invalid_request"),
        ([], 400, "invalid_request"),
    ],
)
async def test_what_cannot_be_served_is_an_error_body(
    stand: Stand, body: object, status: int, code: str
) -> None:
    """
    Errors come as answers, in OpenAI's shape.
    """
    seen, kind, said = await ask(stand, body)

    assert (status, "application/json", code) == (seen, kind, json.loads(said)["error"]["code"])


async def test_flaky_fails_first_and_then_recovers_for_each_key(stand: Stand) -> None:
    """
    Of every two calls with a key the first is a 503, whatever other keys do.
    """
    keys = ["sk-one", "sk-two", "sk-one", "sk-one", "sk-one", "sk-two"]
    statuses = [(await ask(stand, chat("flaky"), key=key))[0] for key in keys]

    assert [503, 503, 200, 503, 200, 200] == statuses


async def test_text_in_parts_is_read(stand: Stand) -> None:
    """
    Content may be a list of parts; those that are not text are passed over.
    """
    image = {"type": "image_url", "image_url": {"url": "data:,"}}
    content = [{"type": "text", "text": "a"}, image, {"type": "text", "text": "b"}]
    body = {"model": "echo", "messages": [{"role": "user", "content": content}]}
    said = json.loads((await ask(stand, body))[2])

    assert "You said: a b" == said["choices"][0]["message"]["content"]


async def test_the_last_thing_the_user_said_is_echoed(stand: Stand) -> None:
    """
    Of a longer conversation only the user's last turn comes back.
    """
    turns = [("system", "s"), ("user", "first"), ("user", "last"), ("assistant", "a")]
    body = chat() | {"messages": [{"role": role, "content": text} for role, text in turns]}
    said = json.loads((await ask(stand, body))[2])

    assert "You said: last" == said["choices"][0]["message"]["content"]
