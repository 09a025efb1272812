"""What goes over the wire: base URLs and headers that can be called and sent."""

import pytest
from attrs import evolve

from src.domain.builtin import DEEPSEEK, DEMO, OPENAI
from src.domain.catalogue import (
    Provider,
    Snapshot,
)
from src.domain.validation import problems

A = Provider("a", "https://a.example/v1", models=("m",), prefixes=("m-",))


B = Provider("b", "https://b.example/v1", models=("n",))


def beside_b(provider: Provider) -> Snapshot:
    return Snapshot(providers=(provider, B))


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "a.example/v1",
            "ftp://a.example",
            "https://",
            "https:///v1",
            "demo:x",
            "file:///etc",
        ),
        *("https://user@a.example", "https://u:p@a.example/v1", "https://a.example/v1?key=1"),
        *("https://a.example/#x", "https://a.example/v 1", "https://a.example/\nv1"),
        *("https://[::1", "https://a.example:port/", "https://a.example:99999/", "https://ä.de"),
        *("https://a.example:0/v1", "https://a.example\\@b.example/", "https://a.example/v1?"),
    ],
)
def test_a_url_that_cannot_be_called_is_refused(url: str) -> None:
    """
    A base URL is http or https with a host, and without a user, a query or a fragment; the
    problem never repeats it.
    """
    found = problems(beside_b(evolve(A, base_url=url)))

    assert ["providers[0].base_url"] == [problem.path for problem in found]
    assert url in ("", "https://") or url not in str(found[0])


@pytest.mark.parametrize(
    "url", ["https://a.example", "http://127.0.0.1:11434/v1", "http://[::1]:8/v1", "demo:"]
)
def test_a_url_that_can_be_called_is_sound(url: str) -> None:
    """
    Ports, paths, addresses and the demo's own URL are fine.
    """
    assert () == problems(beside_b(evolve(A, base_url=url)))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *(("Authorization", "x"), ("x-API-key", "x"), ("api-key", "x"), ("HOST", "x")),
        *(("Content-Length", "1"), ("transfer-encoding", "x"), ("Cookie", "x")),
        *(("x-a", "b\r\nx-c: d"), ("x-a", "\x00"), ("x-a", "\x7f"), ("x-a", "日本")),
        *(("x a", "b"), ("", "b"), ("x-ä", "b"), ("x:", "b")),
    ],
)
def test_a_header_that_cannot_or_may_not_be_sent_is_refused(header: str, value: str) -> None:
    """
    Neither the relay's own headers nor one that breaks a line may be configured; the value,
    which may be a secret, is not repeated.
    """
    found = problems(beside_b(evolve(A, headers=((header, value),))))

    assert [f"providers[0].headers.{header}"] == [problem.path for problem in found]
    assert len(value) == 1 or value not in str(found[0])


def test_a_user_agent_is_held_to_the_same() -> None:
    """
    A line break in a User-Agent is a problem.
    """
    found = problems(beside_b(evolve(A, user_agent="x\ny")))

    assert ["providers[0].user_agent"] == [problem.path for problem in found]


def test_the_built_in_names_are_as_published() -> None:
    """
    openai, deepseek and demo are where they are said to be, and the bare o-models are listed.
    """
    assert "https://api.openai.com/v1" == OPENAI.base_url
    assert {"o1", "o3", "gpt-4o"} <= set(OPENAI.models)
    assert ("deepseek-",) == DEEPSEEK.prefixes
    assert ["echo", "flaky"] == [name.removeprefix("demo/") for name in DEMO.models]
