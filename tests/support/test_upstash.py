"""The stand-in for Upstash answers as https://upstash.com/docs/redis/features/restapi says."""

import json
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import httpx
import pytest
from upstash_redis.asyncio import Redis
from upstash_redis.errors import UpstashError

from tests.support.redis_server import own_server
from tests.support.upstash import READ_ONLY, TOKEN, Upstash, standing_in
from tests.support.upstash_faults import WRONGPASS

BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with own_server(durable=False) as server:
        yield server.url


@pytest.fixture
async def upstash(redis: str) -> AsyncIterator[Upstash]:
    async with standing_in(redis) as stand_in:
        yield stand_in


@pytest.fixture
async def http(upstash: Upstash) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=upstash.url, headers=BEARER) as client:
        await client.post("/", json=["FLUSHALL"])
        yield client


async def ask(http: httpx.AsyncClient, *command: object, encoding: str = "") -> object:
    headers = {"upstash-encoding": encoding} if encoding else {}
    return (await http.post("/", json=list(command), headers=headers)).json()


@pytest.mark.parametrize(
    ("method", "path", "body", "result"),
    [
        ("GET", "/set/foo/bar", b"", "OK"),
        ("POST", "/set/foo", b"$VALUE", "OK"),
        ("POST", "/set/foo?EX=100", b"$VALUE", "OK"),
        ("PUT", "/SET/foo/bar/EX/100", b"", "OK"),
        ("GET", "/get/none", b"", None),
        ("GET", "/mget/a/b/c", b"", [None, None, None]),
        ("POST", "/echo/" + quote("ключ/?", safe=""), b"", "ключ/?"),
        ("GET", "/incr/n", b"", 1),
        ("POST", "/", b'["SET","foo","bar","EX",100]', "OK"),
        ("POST", "/", b'["ECHO",1]', "1"),
        ("POST", "/", b'["ECHO",1.5]', "1.5"),
        ("POST", "/", b'["ECHO",true]', "true"),
    ],
)
async def test_a_command_in_every_form(
    http: httpx.AsyncClient, method: str, path: str, body: bytes, result: object
) -> None:
    """
    In the path, with the body as its last argument and the query after it, or in the body.
    """
    answer = await http.request(method, path, content=body)

    assert (200, {"result": result}) == (answer.status_code, answer.json())


async def test_query_parameters_follow_the_body(http: httpx.AsyncClient) -> None:
    """
    `POST /set/foo?EX=100` is SET foo body EX 100.
    """
    await http.post("/set/foo?EX=100", content=b"bar")

    assert [{"result": "bar"}, {"result": 100}] == [
        await ask(http, "GET", "foo"),
        await ask(http, "TTL", "foo"),
    ]


@pytest.mark.parametrize("path", ["/", "/get/a", "/pipeline", "/multi-exec", "/no-such-thing"])
@pytest.mark.parametrize("token", ["", "wrong"])
async def test_without_the_token_nothing(upstash: Upstash, path: str, token: str) -> None:
    """
    401 on every path, one object with the error.
    """
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=upstash.url) as client:
        answer = await client.post(path, json=[["PING"]], headers=headers)

    assert (401, {"error": WRONGPASS}) == (answer.status_code, answer.json())


async def test_the_token_may_be_in_the_query(upstash: Upstash) -> None:
    """
    `?_token=` is no argument of the command.
    """
    async with httpx.AsyncClient(base_url=upstash.url) as client:
        answer = await client.get(f"/echo/a?_token={TOKEN}")

    assert {"result": "a"} == answer.json()


async def test_other_methods_are_not_allowed(http: httpx.AsyncClient) -> None:
    """
    405 for what is none of GET, HEAD, POST and PUT.
    """
    assert [405, 405] == [
        (await http.request(m, "/get/a")).status_code for m in ("DELETE", "PATCH")
    ]


async def test_base64_is_for_every_string_but_ok(http: httpx.AsyncClient) -> None:
    """
    A status OK stays; a value that reads OK does not.
    """
    script = "return {{ok='OK'}, 'OK', 'a', 1, false, {ok='PONG'}}"
    told = await ask(http, "EVAL", script, 0, encoding="base64")

    assert {"result": ["OK", "T0s=", "YQ==", 1, None, "UE9ORw=="]} == told


async def test_without_base64_what_is_no_text_is_replaced(http: httpx.AsyncClient) -> None:
    """
    U+FFFD for each byte that is no UTF-8.
    """
    assert {"result": "a\ufffd"} == await ask(http, "EVAL", "return 'a\\255'", 0)


async def test_a_pipeline_gives_each_its_answer(http: httpx.AsyncClient) -> None:
    """
    200 even when some fail.
    """
    answer = await http.post("/pipeline", json=[["INCR", "n"], ["LPUSH", "n", "x"], ["INCR", "n"]])
    first, second, third = answer.json()

    assert (200, {"result": 1}, {"result": 2}) == (answer.status_code, first, third)
    assert second["error"].startswith("WRONGTYPE")


async def test_a_transaction_is_done_or_discarded(http: httpx.AsyncClient) -> None:
    """
    Done: a list. Discarded: 400 and one object, and nothing of it was done.
    """
    done = await http.post("/multi-exec", json=[["INCR", "n"], ["LPUSH", "n", "x"]])
    discarded = await http.post("/multi-exec", json=[["INCR", "n"], ["GET"]])

    assert (200, {"result": 1}) == (done.status_code, done.json()[0])
    assert (400, True) == (discarded.status_code, discarded.json()["error"].startswith("EXECABORT"))
    assert {"result": "1"} == await ask(http, "GET", "n")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{}", b"[]", b'["GET", null]', b'["GET", ["a"]]', b'"GET"', b"[1"]
)
async def test_what_is_no_command_is_400(http: httpx.AsyncClient, body: bytes) -> None:
    """
    With an error in words.
    """
    answer = await http.post("/", content=body)

    assert (400, ["error"]) == (answer.status_code, list(answer.json()))


@pytest.mark.parametrize("name", ["SUBSCRIBE", "blpop", "WATCH", "MULTI", "CONFIG", "CLIENT"])
async def test_what_is_not_to_be_had(http: httpx.AsyncClient, name: str) -> None:
    """
    Blocking and connection commands are refused by name.
    """
    assert f"ERR Command is not available: '{name.upper()}'" in json.dumps(await ask(http, name))


async def test_a_read_only_token(upstash: Upstash) -> None:
    """
    It reads keys it knows; it writes nothing, runs nothing and lists nothing.
    """
    async with httpx.AsyncClient(
        base_url=upstash.url, headers={"authorization": f"Bearer {READ_ONLY}"}
    ) as client:
        refused = [
            await ask(client, *c) for c in (["SET", "a", "b"], ["KEYS", "*"], ["EVAL", "", 0])
        ]

        assert {"result": None} == await ask(client, "GET", "none")
    assert all("NOPERM" in json.dumps(told) for told in refused)


async def test_the_sync_token_moves_on(http: httpx.AsyncClient) -> None:
    """
    Every answer brings one, and each another.
    """
    tokens = {(await http.get("/ping")).headers["upstash-sync-token"] for _ in range(3)}

    assert 3 == len(tokens)


async def test_the_package_itself_is_served(upstash: Upstash) -> None:
    """
    upstash-redis as it comes, with its own HTTP, finds what it expects.
    """
    redis = Redis(upstash.url, TOKEN, rest_retries=0)
    try:
        await redis.flushall()
        assert await redis.set("a", "ключ") and "ключ" == await redis.get("a")
        await redis.hset("h", values={"x": "1", "y": "2"})
        assert {"x": "1", "y": "2"} == await redis.hgetall("h")
        for several, expected in ((redis.pipeline(), [1, "1"]), (redis.multi(), [2, "2"])):
            several.incr("n")
            several.get("n")
            assert expected == await several.exec()
        assert ["k", "v", 7] == await redis.eval("return {KEYS[1], ARGV[1], 7}", ["k"], ["v"])
        with pytest.raises(UpstashError, match="WRONGTYPE"):
            await redis.lpush("a", "x")
    finally:
        await redis.close()
