"""Who is let in, by headers alone."""

import hashlib

import pytest

from src.domain.access import Principal, admit, presented
from src.domain.builtin import DEMO
from src.domain.catalogue import ClientKey, Provider, Snapshot
from src.domain.errors import InvalidKey, NotConfigured
from src.domain.index import Index

GOOD = "sk-relay-0123456789abcdef"
UMLAUT = "schlüssel-0123456789"
Headers = dict[str, str]


def key(name: str, secret: str, *, enabled: bool = True) -> ClientKey:
    return ClientKey(name, hashlib.sha256(secret.encode()).digest(), enabled)


def index(*keys: ClientKey, demo: bool = False, off: str = "") -> Index:
    providers = (DEMO,) if demo else (Provider("p", "https://p.example"),)
    return Index.of(
        Snapshot(providers, client_keys=keys, switched_off={"client_keys": off} if off else {})
    )


ONE = index(key("team", GOOD))

PLACES: list[tuple[Headers, str | None]] = [
    ({}, None),
    ({"authorization": f"Bearer {GOOD}"}, GOOD),
    ({"authorization": f"bearer   {GOOD} "}, GOOD),
    ({"authorization": GOOD}, GOOD),
    ({"authorization": "Bearer "}, None),
    ({"authorization": f"Basic {GOOD}"}, None),
    ({"x-api-key": GOOD}, GOOD),
    ({"api-key": f" {GOOD} "}, GOOD),
    ({"x-goog-api-key": GOOD}, GOOD),
    ({"authorization": f"Bearer {GOOD}", "x-api-key": "other"}, GOOD),
    ({"authorization": "Basic x", "x-api-key": GOOD}, GOOD),
    ({"x-api-key": " ", "api-key": GOOD}, GOOD),
    ({"cookie": GOOD, "x-other": GOOD}, None),
]


@pytest.mark.parametrize(("headers", "expected"), PLACES)
def test_a_key_is_found_where_sdks_put_it(headers: Headers, expected: str | None) -> None:
    """In Authorization, with the word Bearer or bare; else in three other headers; nowhere else."""
    assert expected == presented(headers)


@pytest.mark.parametrize("local", [True, False])
def test_a_good_key_is_let_in_under_its_name(local: bool) -> None:
    """From wherever it comes."""
    assert Principal("team", local=local) == admit({"x-api-key": GOOD}, ONE, local=local)


def test_each_key_has_its_own_name() -> None:
    """Two clients are told apart."""
    two = index(key("a", GOOD), key("b", GOOD + "2"))

    assert "b" == admit({"x-api-key": GOOD + "2"}, two, local=False).client


WRONG = ["", GOOD[:-1], GOOD + "x", GOOD.upper(), "\xff\xfe", "x" * 100_000, "ü"]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_wrong_key_is_refused_without_an_echo(wrong: str) -> None:
    """401, whatever bytes it is made of, and the sentence does not repeat them."""
    with pytest.raises(InvalidKey) as caught:
        admit({"x-api-key": wrong}, ONE, local=False)

    assert wrong == "" or wrong not in caught.value.message


def test_no_key_is_told_how_to_send_one() -> None:
    """The header is named."""
    with pytest.raises(InvalidKey, match="Authorization: Bearer"):
        admit({}, ONE, local=True)


def test_a_disabled_key_is_a_wrong_one() -> None:
    """Also when it is the only one there is: then nothing is configured."""
    with pytest.raises(InvalidKey):
        admit({"x-api-key": GOOD}, index(key("a", GOOD, enabled=False), key("b", "x")), local=False)
    with pytest.raises(NotConfigured):
        admit({"x-api-key": GOOD}, index(key("a", GOOD, enabled=False)), local=False)


def test_a_key_beyond_ascii_is_compared_as_bytes() -> None:
    """Servers hand headers on as Latin-1; the bytes are the UTF-8 the client sent."""
    as_read = UMLAUT.encode().decode("latin-1")

    assert "u" == admit({"x-api-key": as_read}, index(key("u", UMLAUT)), local=False).client


def test_without_any_key_configured_nobody_is_let_in() -> None:
    """503 that names the mend: the general one, or the one of the switched-off feature."""
    with pytest.raises(NotConfigured, match="RELAY_API_KEY"):
        admit({"x-api-key": GOOD}, index(), local=True)
    with pytest.raises(NotConfigured, match="is too short"):
        admit({}, index(off="RELAY_API_KEY is too short."), local=False)


def test_the_demo_needs_no_key_on_this_machine_alone() -> None:
    """Local: the demo and nothing else, even with a wrong key; from elsewhere a key is needed."""
    demo = index(key("team", GOOD), demo=True)

    assert Principal("local", demo_only=True, local=True) == admit({}, demo, local=True)
    assert admit({"x-api-key": "wrong"}, demo, local=True).demo_only
    assert not admit({"x-api-key": GOOD}, demo, local=True).demo_only
    with pytest.raises(InvalidKey):
        admit({}, demo, local=False)


def test_a_provider_that_calls_itself_demo_is_none() -> None:
    """Only the built-in one is free."""
    mine = Provider("demo", "https://demo.example/v1")
    with pytest.raises(InvalidKey):
        admit({}, Index.of(Snapshot((mine,), client_keys=(key("a", GOOD),))), local=True)
