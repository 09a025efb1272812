"""The table of variables: everything the original reads is in it, and what is said of each."""

from pathlib import Path

import pytest

from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.variables import VARIABLES

STRONG = "0f8c9e2b7a6d5f4e3c2b1a09"


#: Every variable the original reads.
ORIGINAL = (
    *("OPENAI_KEYS", "OPENAI_BASE_URL", "CLAUDE_KEYS", "CLAUDE_BASE_URL", "ANTHROPIC_KEYS"),
    *("DEEPSEEK_KEYS", "DEEPSEEK_BASE_URL", "XIAOMI_KEYS", "XIAOMI_BASE_URL"),
    *("XIAOMIMIMO_SGP_CODING_KEYS", "XIAOMIMIMO_SGP_CODING_BASE_URL", "XIAOMI_CODING_KEYS"),
    *("XIAOMI_CODING_BASE_URL", "RELAY_API_KEY", "RELAY_ADMIN_KEY", "RELAY_SIGNING_SECRET"),
    *("RELAY_API_KEY_MIN_LENGTH", "CRON_SECRET", "DEVICE_TOKEN_SECRET", "CORS_ORIGINS"),
    *("RELAY_KEY_POOL_VERSION_CHECK_TTL_MS", "RELAY_MAX_CONCURRENT", "RELAY_MAX_QUEUE"),
    *("RELAY_MAX_REQUEST_BYTES", "RELAY_STREAM_BYTES_PER_TOKEN", "RELAY_DEFAULT_USER_AGENT"),
    *("RELAY_UPSTREAM_TIMEOUT_MS", "RELAY_DAILY_LIMIT", "RELAY_MONTHLY_LIMIT"),
    *("RELAY_KV_USAGE_SAMPLE_RATE", "RELAY_KV_KEY_USAGE_MODE"),
    *("RELAY_KV_KEY_USAGE_SAMPLE_RATE", "RELAY_KV_ERROR_DETAIL_SAMPLE_RATE"),
    *("ENABLE_REQUEST_LOGS", "REQUEST_LOGS_MAX_ENTRIES", "RELAY_CONFIG_URL"),
    *("RELAY_CLOUD_URL", "RELAY_CONFIG_PATH", "KV_REST_API_URL", "KV_REST_API_TOKEN"),
    *("DATABASE_URL", "DEPLOY_URL", "NEXT_PUBLIC_BASE_URL", "VERCEL_URL", "VERCEL"),
    *("VERCEL_ENV", "CF_PAGES", "NODE_ENV"),
)


def read(folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), **environ}, folder)


@pytest.mark.parametrize("name", ORIGINAL)
def test_every_variable_of_the_original_is_in_the_table(name: str) -> None:
    """
    Each is honoured, renamed or ignored, once.
    """
    assert 1 == [variable.name for variable in VARIABLES].count(name)


@pytest.mark.parametrize("variable", [v for v in VARIABLES if v.role in ("renamed", "ignored")])
def test_what_is_not_read_as_it_stands_is_said(variable: object, tmp_path: Path) -> None:
    """
    A variable that is renamed or ignored gives one notice, and its value is not in it.
    """
    assert isinstance(variable, type(VARIABLES[0]))
    (tmp_path / "7").write_text("")

    found = [n for n in read(tmp_path, **{variable.name: "7"}).notices if variable.name in n]

    assert [f"{variable.name} is {variable.role}: {variable.says}."] == found


@pytest.mark.parametrize("variable", [v for v in VARIABLES if v.role in ("honoured", "platform")])
def test_what_is_honoured_is_not_remarked_on(variable: object, tmp_path: Path) -> None:
    """
    A variable that is simply read gives no notice of its own.
    """
    assert isinstance(variable, type(VARIABLES[0]))
    values = {
        "RELAY_CONFIG": "{}",
        "RELAY_TIMEZONE": "UTC",
        "RELAY_ON_STORE_DOWN": "open",
        "RELAY_STORE_DEADLINE_MS": "500",
        "RELAY_DEMO": "on",
        "RELAY_STORE_ANSWERS": "on",
        "RELAY_STRICT_TRANSLATION": "off",
        "RELAY_UNKNOWN_PRICE": "refuse",
        "RELAY_LEGACY_TOKENS": "off",
        "RELAY_LOG": "json",
        "RELAY_MAX_REQUEST_BYTES": "5000",
        "RELAY_WORKERS": "2",
        "RELAY_GRACE_SECONDS": "0",
        "PORT": "80",
        "RELAY_PORT": "80",
        "REDIS_URL": "redis://x.example",
        "KV_URL": "redis://x.example",
    }
    # Half of a pair is a mistake of its own: tests/unit/test_settings_store.py.
    pair = {"KV_REST_API_URL": "https://x.example/v1", "KV_REST_API_TOKEN": STRONG}
    pairs = pair | {
        name.replace("KV_REST_API", "UPSTASH_REDIS_REST"): said for name, said in pair.items()
    }
    whole = {name: said for name, said in pairs.items() if variable.name in pairs}
    value = values.get(variable.name, "https://x.example/v1" if "URL" in variable.name else STRONG)

    assert () == read(tmp_path, **(whole | {variable.name: value})).notices


def test_a_misspelt_variable_is_said(tmp_path: Path) -> None:
    """
    A RELAY_ variable nobody reads gives a notice with near names.
    """
    notice = read(tmp_path, RELAY_API_KEYS=STRONG).notices[0]

    assert notice.startswith("RELAY_API_KEYS is not known here. Did you mean `RELAY_API_KEY`")
