"""What is decided about processes: when a dead one is replaced, and what is said about it."""

import signal

import pytest

from src.entrypoints.alive import port
from src.entrypoints.descriptors import LOW, is_low, raise_limit
from src.entrypoints.workers import FIRST_WAIT, SLOWEST, YOUNG, in_words, replaced_after


@pytest.mark.parametrize(
    ("lived", "young", "expected"),
    [
        (YOUNG, 0, 0.0),
        (86_400.0, 9, 0.0),
        (YOUNG - 0.1, 0, FIRST_WAIT),
        (0.0, 1, 2 * FIRST_WAIT),
        (0.0, 3, 8 * FIRST_WAIT),
        (0.0, 1_000_000, SLOWEST),
    ],
)
def test_when_a_worker_is_replaced(lived: float, young: int, expected: float) -> None:
    """
    One that served for a while at once; one that dies at its start later each time.
    """
    assert expected == replaced_after(lived, young)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit status 0"),
        (3 << 8, "exit status 3"),
        (int(signal.SIGKILL), "SIGKILL"),
        (40, "signal 40"),
    ],
)
def test_how_a_worker_ended(status: int, words: str) -> None:
    """
    By its exit status, or by the signal's name where it has one.
    """
    assert words == in_words(status)


def test_the_limit_of_open_files() -> None:
    """
    It is raised as far as it goes, once; only a low one is worth a word.
    """
    limit = raise_limit()

    assert limit == raise_limit()
    assert [True, False, False] == [is_low(LOW - 1), is_low(LOW), is_low(None)]


@pytest.mark.parametrize(
    ("words", "environ", "expected"),
    [
        ([], {}, 8787),
        ([], {"PORT": "80"}, 80),
        ([], {"PORT": "80", "RELAY_PORT": "81"}, 81),
        (["82"], {"RELAY_PORT": "81"}, 82),
        ([], {"RELAY_PORT": " "}, 8787),
    ],
)
def test_where_the_health_check_asks(
    words: list[str], environ: dict[str, str], expected: int
) -> None:
    """
    Where the relay listens by the same environment.
    """
    assert expected == port(words, environ)
