"""Provider keys and addresses from the environment, and the limits and waits of the original."""

import hmac
from pathlib import Path

import pytest

from src.domain.catalogue import Limit
from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings, load

STRONG = "0f8c9e2b7a6d5f4e3c2b1a09"


def read(folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), **environ}, folder)


def faults(folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, **environ)
    return [problem.path for problem in caught.value.problems]


def test_provider_keys_are_lists_and_a_union(tmp_path: Path) -> None:
    """
    Keys of file and both variables make one pool: trimmed, each secret once, labelled by source.
    """
    (tmp_path / "relay.yaml").write_text(
        "providers: {openai: {keys: [k1, {key: k2, weight: 5, label: team}, {env: THIRD}], "
        "keys_env: MORE}}"
    )

    pool = (
        read(
            tmp_path,
            OPENAI_API_KEY=" k2 , k4,, k4 ",
            OPENAI_KEYS="k5",
            THIRD="k3",
            MORE="k6,k1",
        )
        .snapshot.providers[0]
        .keys
    )

    assert [
        ("k1", 1, "file", "file"),
        ("k2", 5, "team", "file"),
        ("k3", 1, "THIRD", "environment"),
        ("k4", 1, "OPENAI_API_KEY", "environment"),
        ("k5", 1, "OPENAI_KEYS", "environment"),
        ("k6", 1, "MORE", "environment"),
    ] == [(key.secret, key.weight, key.label, key.source) for key in pool]


@pytest.mark.parametrize("named", ["openai", "deepseek", "xiaomi"])
def test_a_key_is_all_a_built_in_provider_needs(named: str, tmp_path: Path) -> None:
    """
    A variable with a key brings its provider, and the demo stays away.
    """
    found = read(tmp_path, **{f"{named.upper()}_API_KEY": "k"})

    assert [named] == [provider.name for provider in found.snapshot.providers]


@pytest.mark.parametrize(
    ("demo", "there"), [("on", True), ("1", True), ("auto", False), ("off", False)]
)
def test_the_demo_beside_another_provider(demo: str, there: bool, tmp_path: Path) -> None:
    """
    With another provider the demo is there only when it is asked for.
    """
    found = read(tmp_path, OPENAI_API_KEY="k", RELAY_DEMO=demo)

    assert there is ("demo" in [provider.name for provider in found.snapshot.providers])


def test_the_demo_can_be_switched_off_whoever_names_it(tmp_path: Path) -> None:
    """
    RELAY_DEMO=0 wins over a file that names the demo; without it the file's demo is there.
    """
    (tmp_path / "relay.yaml").write_text("providers: {demo: {}}")

    assert read(tmp_path).snapshot.providers[0].enabled
    assert not read(tmp_path, RELAY_DEMO="0").snapshot.providers[0].enabled


def test_a_variable_the_file_uses_is_not_called_ignored(tmp_path: Path) -> None:
    """
    A provider of the file may be called anthropic; its key is then used, and no notice denies it.
    """
    (tmp_path / "relay.yaml").write_text("providers: {anthropic: {base_url: 'https://a.example'}}")

    found = read(tmp_path, ANTHROPIC_API_KEY="k")

    assert ("k", ()) == (found.snapshot.providers[0].keys[0].secret, found.notices)


def test_a_provider_of_the_file_finds_its_own_variables(tmp_path: Path) -> None:
    """
    <NAME>_API_KEY, <NAME>_KEYS and <NAME>_BASE_URL belong to the provider of that name.
    """
    (tmp_path / "relay.yaml").write_text("providers: {my-llm.2: {base_url: 'https://a.example'}}")

    found = read(
        tmp_path, MY_LLM_2_KEYS="k", MY_LLM_2_BASE_URL=" http://b.example:8/v2/ "
    ).snapshot.providers[0]

    assert ("http://b.example:8/v2", "k") == (found.base_url, found.keys[0].secret)


def test_a_provider_called_relay_does_not_get_the_relays_key(tmp_path: Path) -> None:
    """
    RELAY_API_KEY is never sent to a provider, whatever the provider is called.
    """
    (tmp_path / "relay.yaml").write_text("providers: {relay: {base_url: 'https://a.example/v1'}}")

    assert () == read(tmp_path, RELAY_API_KEY=STRONG).snapshot.providers[0].keys


def test_the_relays_own_secrets_are_not_provider_keys(tmp_path: Path) -> None:
    """
    A secret of the relay given as a provider's key is refused, by whatever way it came.
    """
    assert ["OPENAI_API_KEY"] == faults(tmp_path, OPENAI_API_KEY=STRONG, RELAY_ADMIN_KEY=STRONG)


def test_an_address_without_a_path_gets_v1(tmp_path: Path) -> None:
    """
    The original's example gave built-in addresses without /v1; they are mended.
    """
    found = read(tmp_path, OPENAI_API_KEY="k", OPENAI_BASE_URL="https://proxy.example/")

    assert "https://proxy.example/v1" == found.snapshot.providers[0].base_url


def test_a_provider_without_a_key_is_said(tmp_path: Path) -> None:
    """
    A provider that is named and has no key gives a notice with the variable to set.
    """
    (tmp_path / "relay.yaml").write_text("providers: {openai: {}}")

    assert ("The provider `openai` has no key and cannot serve: set OPENAI_API_KEY.",) == read(
        tmp_path
    ).notices


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({}, b"relay"),
        ({"RELAY_NAMESPACE": "two"}, b"two"),
        ({"RELAY_SIGNING_SECRET": STRONG}, STRONG.encode()),
        ({"RELAY_SIGNING_SECRET": "changeme"}, b"relay"),
    ],
)
def test_handles_are_keyed_fingerprints(
    environ: dict[str, str], key: bytes, tmp_path: Path
) -> None:
    """
    A handle is the first 8 hex digits of an HMAC of provider and key, under a key derived from the
    signing secret, or from the namespace where there is none.
    """
    inner = hmac.digest(key, b"relay/fingerprint/v1", "sha256")
    expected = hmac.digest(inner, b"openai\0sk-a", "sha256").hex()[:8]

    found = read(tmp_path, OPENAI_API_KEY="sk-a", **environ)

    assert expected == found.snapshot.providers[0].keys[0].handle


def test_limits_of_the_file_and_of_the_original(tmp_path: Path) -> None:
    """
    The original's two variables and the file's limits are kept, in the configured time zone.
    """
    (tmp_path / "relay.yaml").write_text(
        "limits: [{subject: 'client:a', metric: cost, window: total, limit: 5, mode: shadow}]"
    )

    found = read(
        tmp_path, RELAY_DAILY_LIMIT="100", RELAY_MONTHLY_LIMIT="0", RELAY_TIMEZONE="Asia/Tokyo"
    )

    assert (
        Limit("client:a", "cost", "total", 5, "shadow", "Asia/Tokyo"),
        Limit("deployment", "requests", "day", 100, "enforce", "Asia/Tokyo"),
    ) == found.snapshot.limits


def test_the_originals_timeout_and_user_agent(tmp_path: Path) -> None:
    """
    They become every provider's; 0, which meant no end, leaves the default and is said.
    """
    found = read(
        tmp_path,
        OPENAI_API_KEY="k",
        RELAY_UPSTREAM_TIMEOUT_MS="50000",
        RELAY_DEFAULT_USER_AGENT="mine/1",
    ).snapshot.providers[0]
    endless = read(tmp_path, OPENAI_API_KEY="k", RELAY_UPSTREAM_TIMEOUT_MS="0")

    assert (50.0, "mine/1") == (found.timeouts.headers, found.user_agent)
    assert 60.0 == endless.snapshot.providers[0].timeouts.headers
    assert any("every wait has an end" in notice for notice in endless.notices)


def test_the_same_secret_at_two_providers_is_two_keys(tmp_path: Path) -> None:
    """
    What one provider says of a key is nothing to the other: the handles differ.
    """
    (tmp_path / "relay.yaml").write_text(
        "providers:\n"
        "  a: {base_url: http://a.example/v1, keys: [unused]}\n"
        "  b: {base_url: http://b.example/v1, keys: [unused]}\n"
    )

    first, second = read(tmp_path).snapshot.providers[:2]

    assert first.keys[0].secret == second.keys[0].secret
    assert first.keys[0].handle != second.keys[0].handle
