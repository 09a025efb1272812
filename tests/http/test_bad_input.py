"""Bad bodies get a 4xx in OpenAI's shape that names the field: never a 5xx, never a hang."""

import json

import pytest

from tests.support.caller import asking, line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import relay_of
from tests.support.shape import in_openais_shape

MESSAGES = '"messages":[{"role":"user","content":"Hi"}]'
GOOD = '{"model":"gpt-4o",%s}' % MESSAGES  # noqa: UP031


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return f'{{"model":"gpt-4o",{MESSAGES},"x":{opening * depth}1{closing * depth}}}'.encode()


#: What is wrong, the body, and the field that has to be named (None: the body as a whole).
BODIES: list[tuple[str, bytes, str | None]] = [
    ("nothing", b"", None),
    ("white space", b" \n", None),
    ("an open brace", b"{", None),
    ("cut in a string", GOOD.encode()[:30], None),
    ("two values", (GOOD + GOOD).encode(), None),
    ("single quotes", b"{'model': 'gpt-4o'}", None),
    ("a trailing comma", (GOOD[:-1] + ",}").encode(), None),
    ("a list", b"[]", None),
    ("a string", b'"gpt-4o"', None),
    ("a number", b"1", None),
    ("null", b"null", None),
    ("a raw newline in a string", GOOD.replace("Hi", "a\nb").encode(), None),
    ("NaN", (GOOD[:-1] + ',"temperature":NaN}').encode(), None),
    ("Infinity", (GOOD[:-1] + ',"temperature":-Infinity}').encode(), None),
    ("bad UTF-8", GOOD.replace("Hi", "\udcff").encode("utf-8", "surrogateescape"), None),
    ("overlong UTF-8", GOOD.replace("Hi", "XX").encode().replace(b"XX", b"\xc0\xaf"), None),
    ("UTF-16 with a mark", GOOD.encode("utf-16"), None),
    ("UTF-16", GOOD.encode("utf-16-le"), None),
    ("UTF-32", GOOD.encode("utf-32"), None),
    ("100,000 open brackets", b"[" * 100_000, None),
    ("100,000 lists deep", nested(100_000), None),
    ("1,000 lists deep", nested(1_000), None),
    ("100,000 objects deep", nested(100_000, '{"a":', "}"), None),
    ("model twice", ('{"model":"gpt-4o",' + GOOD[1:]).encode(), "model"),
    ("model twice, once escaped", ('{"mod\\u0065l":"x",' + GOOD[1:]).encode(), "model"),
    ("messages twice", ("{" + MESSAGES + "," + GOOD[1:]).encode(), "messages"),
    ("stream twice", (GOOD[:-1] + ',"stream":true,"stream":false}').encode(), "stream"),
    ("no fields", b"{}", "model"),
    ("no model", ("{" + MESSAGES + "}").encode(), "model"),
    ("model null", GOOD.replace('"gpt-4o"', "null").encode(), "model"),
    ("model a number", GOOD.replace('"gpt-4o"', "4").encode(), "model"),
    ("model a list", GOOD.replace('"gpt-4o"', '["gpt-4o"]').encode(), "model"),
    ("model empty", GOOD.replace("gpt-4o", "").encode(), "model"),
    ("no messages", b'{"model":"gpt-4o"}', "messages"),
    ("messages null", b'{"model":"gpt-4o","messages":null}', "messages"),
    ("messages a string", b'{"model":"gpt-4o","messages":"Hi"}', "messages"),
    ("messages empty", b'{"model":"gpt-4o","messages":[ ]}', "messages"),
    ("messages an object", b'{"model":"gpt-4o","messages":{}}', "messages"),
    ("stream a string", GOOD.replace("{", '{"stream":"yes",', 1).encode(), "stream"),
    ("stream a number", GOOD.replace("{", '{"stream":1,', 1).encode(), "stream"),
    ("max_tokens a word", asking(max_tokens="many"), "max_tokens"),
    ("stream_options a list", asking(stream=True, stream_options=[]), "stream_options"),
    ("stream_options a word", asking(stream=True, stream_options="x"), "stream_options"),
]


@pytest.mark.parametrize(("name", "body", "param"), BODIES, ids=[row[0] for row in BODIES])
async def test_a_bad_body_is_a_400(name: str, body: bytes, param: str | None) -> None:
    """
    400 with the field's name, the provider hears nothing, and the next request is served.
    """
    async with relay_of() as (one, relay):
        heard = await relay.send(request(body=body, key=CLIENT_KEY))
        asked = len(one.requests)
        serves = await relay.serves()

    error = in_openais_shape(heard)
    assert (400, "invalid_request", param) == (heard.status, error["code"], error["param"])
    assert (0, True) == (asked, serves)


NAMES = [
    ("near", "gpt-4p"),
    ("far", "no-such-model"),
    ("of an unknown provider", "nobody/gpt-4o"),
    ("of a provider, empty", "one/"),
    ("other case", "GPT-4O"),
    ("with line ends", "gpt-4o\r\nx-evil: 1"),
    ("with NUL", "gpt-4o\u0000"),
    ("in Chinese", "模型"),
    ("half a character", "\ud83c"),
    ("100 KB", "m" * 100_000),
    ("a path", "../../etc/passwd"),
]


@pytest.mark.parametrize(("name", "model"), NAMES, ids=[row[0] for row in NAMES])
async def test_an_unknown_model_is_a_404(name: str, model: str) -> None:
    """
    404 that names `model`, in headers and a body that stay well formed whatever the name is.
    """
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    async with relay_of() as (one, relay):
        heard = await relay.send(request(body=body, key=CLIENT_KEY))
        asked = len(one.requests)

    error = in_openais_shape(heard)
    told = (heard.status, error["code"], error["param"])
    # What no model's name can be is not looked up: too long, or no text at all.
    expected = {
        "100 KB": (400, "invalid_request", "model"),
        "half a character": (400, "invalid_request", None),
    }
    assert expected.get(name, (404, "model_not_found", "model")) == told
    assert 0 == asked
    assert heard.header("x-evil") is None
    assert len(heard.body) < 4096
    assert ("gpt-4o" in str(error["message"])) >= (name == "near")


TOO_MUCH = 20 * (1 << 20) + 1


async def test_an_announced_oversize_body_is_refused_unread() -> None:
    """
    413 on the length alone: not a byte of the body is waited for.
    """
    async with relay_of() as (_, relay):
        said = request(headers=[("Content-Length", str(TOO_MUCH))], key=CLIENT_KEY)
        heard = await relay.hurried(relay.send(said), times=50)
        serves = await relay.serves()

    assert (413, "too_large") == (heard.status, in_openais_shape(heard)["code"])
    assert serves


async def test_an_endless_chunked_body_is_refused_at_the_cap() -> None:
    """
    413 as soon as the cap is passed, and the rest is not swallowed.
    """
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with relay_of() as (one, relay):
        async with line(relay.base_url) as caller:
            framing = [("Transfer-Encoding", "chunked")]
            caller.say(request(headers=framing, key=CLIENT_KEY, media="application/json"))
            for _ in range(TOO_MUCH // 0x10000 + 1):
                caller.say(piece)
            heard = await relay.hurried(caller.answer(), times=50)
        serves = await relay.serves()

    assert (413, "too_large") == (heard.status, in_openais_shape(heard)["code"])
    assert (True, 1) == (serves, len(one.requests))


async def test_a_body_that_stops_coming_does_not_hang_the_others() -> None:
    """
    While one caller is slow with its body, another is served.
    """
    async with relay_of() as (one, relay), line(relay.base_url) as slow:
        slow.say(request(headers=[("Content-Length", "100")], key=CLIENT_KEY) + b'{"model"')
        assert await relay.serves()
        assert 1 == len(one.requests)
