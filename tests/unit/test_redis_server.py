"""Where the tests' Redis comes from: the order, and what each is asked."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from attrs import define, field

from tests.support.redis_server import binary, engine_there, find

GIVEN, CONTAINER, OURS = "redis://given:1", "redis://container:2", "redis://ours:3"


@define
class Asked:
    """Who was asked, in order."""

    names: list[str] = field(factory=list)

    def answering(self, name: str, url: str | None) -> Callable[[ExitStack], str | None]:
        def opens(stack: ExitStack) -> str | None:
            self.names.append(name)
            return url

        return opens


@pytest.mark.parametrize(
    ("given", "engine", "ours", "found", "asked"),
    [
        (GIVEN, CONTAINER, OURS, GIVEN, []),
        (f" {GIVEN}\n", CONTAINER, OURS, GIVEN, []),
        ("", CONTAINER, OURS, CONTAINER, ["engine"]),
        ("  ", CONTAINER, OURS, CONTAINER, ["engine"]),
        ("", None, OURS, OURS, ["engine", "ours"]),
    ],
)
def test_the_order(given: str, engine: str | None, ours: str, found: str, asked: list[str]) -> None:
    """
    TEST_REDIS_URL, else a container, else our own; the first that is there, and no further.
    """
    who = Asked()
    url = find(
        {"TEST_REDIS_URL": given},
        who.answering("engine", engine),
        who.answering("ours", ours),
        ExitStack(),
    )

    assert (found, asked) == (url, who.names)


def test_without_any_the_tests_fail() -> None:
    """
    Nothing is skipped: where there is no server it is an error that says what to do.
    """
    nobody = Asked().answering("nobody", None)
    with pytest.raises(RuntimeError, match="TEST_REDIS_URL"):
        find({}, nobody, nobody, ExitStack())


def test_an_engine_is_asked_where_there_is_a_sign_of_one(tmp_path: Path) -> None:
    """
    DOCKER_HOST, or a socket in one of the usual places; a file there is none.
    """
    (tmp_path / "file").write_text("")

    assert engine_there({"DOCKER_HOST": "tcp://127.0.0.1:2375"}, [])
    assert not engine_there({}, [tmp_path / "file", tmp_path / "none"])


def test_our_own_is_installed() -> None:
    """
    The package brings a server for this platform.
    """
    assert Path(binary()).is_file()
