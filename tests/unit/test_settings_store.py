"""Which store the environment names, and what is said of half a name."""

from pathlib import Path

import pytest

from src.domain.errors import ConfigurationError, Problem
from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.values import Store

TOKEN = "AYc4ASQgN2JlLWZha2UtdG9rZW4"
REST, OTHER = "https://eu1-sunny-cat-1.upstash.io", "https://us1-other-dog-2.upstash.io"
TCP = "rediss://default:tcp-password@eu1-sunny-cat-1.upstash.io:6379"
KV = {"KV_REST_API_URL": REST, "KV_REST_API_TOKEN": TOKEN}
UPSTASH = {"UPSTASH_REDIS_REST_URL": REST, "UPSTASH_REDIS_REST_TOKEN": TOKEN}
#: What the integration sets, all at once.
INTEGRATION = {**KV, "KV_REST_API_READ_ONLY_TOKEN": "r", "KV_URL": TCP, "REDIS_URL": TCP}


def read(folder: Path, environ: dict[str, str]) -> Settings:
    return load({"HOME": str(folder), **environ}, folder)


def faults(folder: Path, environ: dict[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, environ)
    return caught.value.problems


def prefixed(environ: dict[str, str], prefix: str) -> dict[str, str]:
    return {prefix + name: said for name, said in environ.items()}


@pytest.mark.parametrize(
    ("environ", "store"),
    [
        ({}, Store("file")),
        ({"VERCEL": "1"}, Store("memory")),
        (KV, Store("upstash", REST, TOKEN, "KV_REST_API_URL")),
        (UPSTASH, Store("upstash", REST, TOKEN, "UPSTASH_REDIS_REST_URL")),
        ({"REDIS_URL": TCP}, Store("redis", TCP, "", "REDIS_URL")),
        ({"KV_URL": TCP}, Store("redis", TCP, "", "KV_URL")),
        ({"REDIS_URL": "redis://localhost"}, Store("redis", "redis://localhost", "", "REDIS_URL")),
        (prefixed(KV, "STORAGE_"), Store("upstash", REST, TOKEN, "STORAGE_KV_REST_API_URL")),
        (prefixed(KV, "RELAY_"), Store("upstash", REST, TOKEN, "RELAY_KV_REST_API_URL")),
        (KV | prefixed(KV, "A_"), Store("upstash", REST, TOKEN, "KV_REST_API_URL")),
        (KV | UPSTASH, Store("upstash", REST, TOKEN, "KV_REST_API_URL")),
        (INTEGRATION, Store("redis", TCP, "", "REDIS_URL")),
        (INTEGRATION | {"VERCEL": "1"}, Store("upstash", REST, TOKEN, "KV_REST_API_URL")),
        ({"VERCEL": "1", "REDIS_URL": TCP}, Store("redis", TCP, "", "REDIS_URL")),
    ],
)
def test_which_store(environ: dict[str, str], store: Store, tmp_path: Path) -> None:
    """
    None: a file, and on Vercel memory. Several: TCP on a server, REST on Vercel, nothing is said
    when they are one database.
    """
    found = read(tmp_path, environ)

    assert (store, ()) == (found.store, found.notices)


@pytest.mark.parametrize("around", [" {}\n", '"{}"', "'{}'", ' "{}" \t'])
def test_what_comes_along_when_pasting(around: str, tmp_path: Path) -> None:
    """
    White space and quotes around a value do not belong to it.
    """
    found = read(tmp_path, {name: around.format(said) for name, said in KV.items()})

    assert (REST, TOKEN) == (found.store.url, found.store.token)


@pytest.mark.parametrize("prefix", ["", "STORAGE_"])
@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ("KV_REST_API_URL", "KV_REST_API_TOKEN"),
        ("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"),
    ],
)
def test_a_url_without_its_token(prefix: str, there: str, missing: str, tmp_path: Path) -> None:
    """
    Half a pair is a mistake at the half that is missing, with its mend.
    """
    (fault,) = faults(tmp_path, {prefix + there: REST, prefix + missing: " "})

    assert (prefix + missing, f"Set {prefix + missing} too") == (
        fault.path,
        fault.mend.partition(";")[0],
    )


@pytest.mark.parametrize("name", ["KV_REST_API_TOKEN", "UPSTASH_REDIS_REST_TOKEN"])
def test_a_token_without_its_url(name: str, tmp_path: Path) -> None:
    """
    The other half too.
    """
    (fault,) = faults(tmp_path, {name: TOKEN, "REDIS_URL": TCP})

    assert name.replace("TOKEN", "URL") == fault.path
    assert TOKEN not in str(fault)


def test_several_databases_with_a_prefix(tmp_path: Path) -> None:
    """
    Which one is meant must be said.
    """
    second = KV | {"KV_REST_API_URL": OTHER}
    (fault,) = faults(tmp_path, prefixed(KV, "A_") | prefixed(second, "B_"))

    assert "A_KV_REST_API_URL and B_KV_REST_API_URL" in fault.what


@pytest.mark.parametrize(
    ("vercel", "used", "unused"),
    [("", "REDIS_URL", "KV_REST_API_URL"), ("1", "KV_REST_API_URL", "REDIS_URL")],
)
def test_two_databases_are_remarked_on(vercel: str, used: str, unused: str, tmp_path: Path) -> None:
    """
    The one that is passed over is named.
    """
    environ = KV | {"REDIS_URL": "redis://another.example", "VERCEL": vercel}
    found = read(tmp_path, environ)
    (notice,) = found.notices

    assert used == found.store.variable
    assert notice.startswith(f"{unused} is another store") and used in notice


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "redis://",
        "https://db.upstash.io",
        "redis-cli -u redis://h:6379",
        "redis://h:port",
        "redis://h:70000",
        "redis://[::1",
        "unix:///run/redis.sock",
        "redis://h /0",
    ],
)
def test_a_redis_url_that_is_none(url: str, tmp_path: Path) -> None:
    """
    It is a mistake whose words do not repeat it.
    """
    (fault,) = faults(tmp_path, {"REDIS_URL": f"{url}#tcp-password"})

    assert ("REDIS_URL", False) == (fault.path, "tcp-password" in str(fault))


@pytest.mark.parametrize(
    "url",
    ["db.upstash.io", TCP, "https://", f'KV_REST_API_URL="{REST}"', "https://u:p@h", "ftp://h"],
)
def test_a_rest_address_that_is_none(url: str, tmp_path: Path) -> None:
    """
    The same for a REST address; one that belongs into REDIS_URL is told so.
    """
    (fault,) = faults(tmp_path, KV | {"KV_REST_API_URL": url})

    assert ("KV_REST_API_URL", True) == (fault.path, "REDIS_URL" in fault.mend)


@pytest.mark.parametrize(("host", "said"), [("srh:80", 1), ("localhost:8079", 0)])
def test_a_token_in_the_clear(host: str, said: int, tmp_path: Path) -> None:
    """
    Without https it is remarked on, but for this machine.
    """
    assert said == len(read(tmp_path, KV | {"KV_REST_API_URL": f"http://{host}"}).notices)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """
    Neither the token nor the password is in what the settings look like.
    """
    for environ in (KV, {"REDIS_URL": TCP}):
        shown = repr(read(tmp_path, environ))

        assert TOKEN not in shown and "tcp-password" not in shown
