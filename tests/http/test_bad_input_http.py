"""Bad methods, paths, media types and framing: a 4xx, never a 5xx, and the relay serves on."""

import pytest

from tests.support.caller import Heard, asking, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import relay_of
from tests.support.shape import in_openais_shape, json_error

ASK = asking()


async def heard_by(data: bytes) -> Heard:
    """The answer to these bytes, after a look that the provider heard nothing and we serve on."""
    async with relay_of() as (one, relay):
        heard = await relay.send(data)
        assert [] == one.requests
        assert await relay.serves()
    return heard


METHODS = [
    ("GET", "/v1/chat/completions", "POST"),
    ("PUT", "/v1/chat/completions", "POST"),
    ("DELETE", "/v1/chat/completions", "POST"),
    ("BREW", "/v1/chat/completions", "POST"),
    ("POST", "/v1/models", "GET"),
    ("DELETE", "/v1/models/gpt-4o", "GET"),
    ("POST", "/health", "GET"),
]


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS)
async def test_a_wrong_method_is_a_405(method: str, path: str, allowed: str) -> None:
    """
    405 with the methods that do.
    """
    heard = await heard_by(request(path, method=method, key=CLIENT_KEY))

    # llhttp knows no method of its own making; the server refuses the line before us.
    if method == "BREW":
        assert heard.status in (400, 405, 501)
        return
    assert (405, "method_not_allowed") == (heard.status, in_openais_shape(heard)["code"])
    assert allowed in (heard.header("allow") or "")


PATHS = [
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/v1/chat",
    "/v1/chat/completions/",
    "/v1/chat/completions/x",
    "//v1/chat/completions",
    "/v1//chat/completions",
    "/v1/../v1/chat/completions",
    "/v1/chat%2Fcompletions/x",
    "/V1/CHAT/COMPLETIONS",
    "/chat/completions",
    "/v1/%00",
    "/v1/%ff%fe",
    "/v1/" + "x" * 5000,
    "/v1/\x7f",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ascii(path)[:40])
async def test_a_wrong_path_is_a_404(path: str) -> None:
    """
    404 in OpenAI's shape: no redirect, no page of a framework, no guess.
    """
    heard = await heard_by(request(path, ASK, key=CLIENT_KEY))

    if path == "/v1/\x7f" and heard.status == 400:
        return  # the server may refuse the line itself
    assert (404, "not_found") == (heard.status, in_openais_shape(heard)["code"])


TARGETS = ["?x", "?", "#", "*", "v1/models", "http://[/v1/models", "/v1/models?%", "//"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_an_odd_request_target_is_a_4xx(method: str, target: str) -> None:
    """
    Request targets that break frameworks are refused or not found, and never a 5xx.
    """
    heard = await heard_by(request(target, method=method, key=CLIENT_KEY))

    if target == "/v1/models?%" and method == "GET":
        assert 200 == heard.status
        return
    assert 400 <= heard.status < 500


async def test_the_target_question_mark_x_gets_our_shape() -> None:
    """
    `?x` as the whole target is answered by us, in OpenAI's shape.
    """
    heard = await heard_by(request("?x", method="GET", key=CLIENT_KEY))

    assert heard.status in (400, 404)
    in_openais_shape(heard)


MEDIA = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/json; charset=utf-16",
    "json",
    ";",
    "application/jsonx",
]


@pytest.mark.parametrize("media", MEDIA)
async def test_a_wrong_media_type_is_a_415(media: str) -> None:
    """
    What does not claim to be JSON in UTF-8 is not read as such.
    """
    heard = await heard_by(request(body=ASK, key=CLIENT_KEY, media=media))

    assert (415, "unsupported_media_type") == (heard.status, in_openais_shape(heard)["code"])


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate, gzip"])
async def test_a_compressed_body_is_a_415(coding: str) -> None:
    """
    Bodies are read as they are; a coding is refused, not guessed at.
    """
    heard = await heard_by(
        request(body=ASK, key=CLIENT_KEY, headers=[("Content-Encoding", coding)])
    )

    assert (415, "unsupported_media_type") == (heard.status, in_openais_shape(heard)["code"])


@pytest.mark.parametrize(
    "media",
    ["application/json", "application/json;charset=UTF-8", 'application/json; charset="utf-8"',
     "Application/JSON"],
)  # fmt: skip
async def test_json_by_any_of_its_names_is_read(media: str) -> None:
    """
    Parameters and letter case of the media type do not matter.
    """
    async with relay_of() as (_, relay):
        heard = await relay.send(request(body=ASK, key=CLIENT_KEY, media=media))

    assert 200 == heard.status


FLOODS = {
    "2,000 headers": [(f"x-flood-{number}", "1") for number in range(2_000)],
    "a header of 200 KB": [("x-flood", "a" * 200_000)],
    "64 headers of 8 KB": [(f"x-flood-{number}", "a" * 8_192) for number in range(64)],
    "the same header 500 times": [("x-relay-tags", "a")] * 500,
}


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_header_flood_does_no_harm(flood: str) -> None:
    """
    Too many headers are refused in our callers' dialect, and nothing of them goes on.
    """
    async with relay_of() as (one, relay):
        heard = await relay.send(request(body=ASK, key=CLIENT_KEY, headers=FLOODS[flood]))
        serves = await relay.serves()

    assert heard.status in (400, 413, 431)
    assert "invalid_request" == json_error(heard)["code"]
    assert (True, 1) == (serves, len(one.requests))


FRAMINGS = {
    "no HTTP": b"HELLO\r\n\r\n",
    "binary": bytes(range(256)) + b"\r\n\r\n",
    "TLS on a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "length and chunked": request(
        headers=[("Content-Length", "3"), ("Transfer-Encoding", "chunked")], key=CLIENT_KEY
    ) + b"0\r\n\r\n",
    "two lengths": request(
        headers=[("Content-Length", "3"), ("Content-Length", "4")], key=CLIENT_KEY
    ) + b"abcd",
    "a length below zero": request(headers=[("Content-Length", "-1")], key=CLIENT_KEY),
    "a length of words": request(headers=[("Content-Length", "ten")], key=CLIENT_KEY),
    "a broken chunk": request(headers=[("Transfer-Encoding", "chunked")], key=CLIENT_KEY)
    + b"zz\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_broken_framing_is_a_4xx(framing: str) -> None:
    """
    What is no HTTP request gets a 4xx from the server itself, and nothing goes on.
    """
    heard = await heard_by(FRAMINGS[framing])

    assert 400 <= heard.status < 500
    json_error(heard)


@pytest.mark.parametrize("upgrade", ["h2c", "websocket"])
async def test_an_offer_to_upgrade_does_no_harm(upgrade: str) -> None:
    """
    RFC 9110, 7.8: an upgrade may be ignored. Clients that offer one are answered, or told so.
    """
    offered = [("Upgrade", upgrade), ("Connection", "Upgrade")]
    async with relay_of() as (_, relay):
        heard = await relay.send(request(body=ASK, key=CLIENT_KEY, headers=offered))
        serves = await relay.serves()

    assert heard.status in (200, 400)
    assert serves
