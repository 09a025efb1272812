"""Every variable of the environment that means something here, in one table."""

from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import frozen

from ...domain.validation import near


@frozen
class Variable:
    """`says` is what the operator is told when it is set: nothing for one that is honoured, how
    it is read for one that is renamed, why not for one that is ignored. `platform`: set by hosts
    and tools on their own, so nobody is told."""

    name: str
    role: Literal["honoured", "renamed", "ignored", "platform"]
    says: str = ""


def _honoured(names: str) -> tuple[Variable, ...]:
    return tuple(Variable(name, "honoured") for name in names.split())


def _renamed(name: str, says: str) -> Variable:
    return Variable(name, "renamed", says)


def _ignored(names: str, says: str) -> tuple[Variable, ...]:
    return tuple(Variable(name, "ignored", says) for name in names.split())


_CODING = "add that provider to relay.toml, with its `base_url` and `keys_env`"

VARIABLES: tuple[Variable, ...] = (
    *_honoured("RELAY_API_KEY RELAY_ADMIN_KEY RELAY_SIGNING_SECRET RELAY_NAMESPACE RELAY_TIMEZONE"),
    *_honoured("RELAY_ON_STORE_DOWN RELAY_DATA_DIR RELAY_DEMO RELAY_LOG RELAY_LANG RELAY_HOST"),
    *_honoured("RELAY_PORT PORT RELAY_CONFIG RELAY_MAX_REQUEST_BYTES VERCEL RELAY_STORE_ANSWERS"),
    *_honoured("RELAY_WORKERS RELAY_GRACE_SECONDS RELAY_LEGACY_TOKENS CRON_SECRET"),
    *_honoured("RELAY_STRICT_TRANSLATION RELAY_UNKNOWN_PRICE RELAY_STORE_DEADLINE_MS"),
    *_honoured("KV_REST_API_URL KV_REST_API_TOKEN REDIS_URL KV_URL"),
    *_honoured("UPSTASH_REDIS_REST_URL UPSTASH_REDIS_REST_TOKEN"),
    *_honoured("OPENAI_API_KEY OPENAI_KEYS OPENAI_BASE_URL"),
    *_honoured("ANTHROPIC_API_KEY ANTHROPIC_KEYS ANTHROPIC_BASE_URL"),
    *_honoured("CLAUDE_API_KEY CLAUDE_KEYS CLAUDE_BASE_URL"),
    *_honoured("DEEPSEEK_API_KEY DEEPSEEK_KEYS DEEPSEEK_BASE_URL"),
    *_honoured("XIAOMI_API_KEY XIAOMI_KEYS XIAOMI_BASE_URL"),
    _renamed("RELAY_CONFIG_PATH", "read as RELAY_CONFIG; call it so"),
    _renamed(
        "RELAY_UPSTREAM_TIMEOUT_MS", "read as every provider's `timeouts.headers`, in seconds"
    ),
    _renamed("RELAY_DEFAULT_USER_AGENT", "read as every provider's `user_agent`"),
    _renamed("RELAY_DAILY_LIMIT", "read as an entry of `limits`: deployment, requests, day"),
    _renamed("RELAY_MONTHLY_LIMIT", "read as an entry of `limits`: deployment, requests, month"),
    *_ignored("XIAOMI_CODING_KEYS XIAOMI_CODING_BASE_URL", _CODING),
    *_ignored("XIAOMIMIMO_SGP_CODING_KEYS XIAOMIMIMO_SGP_CODING_BASE_URL", _CODING),
    *_ignored("DATABASE_URL", "no database of that kind is used"),
    *_ignored("RELAY_SIGNING_KEYS", "this version makes no temporary keys yet"),
    *_ignored("RELAY_ENCRYPTION_KEYS", "this version stores no secrets yet"),
    *_ignored("CORS_ORIGINS", "this version answers no browsers from other origins yet"),
    *_ignored("DEVICE_TOKEN_SECRET", "there are no devices here; use client keys"),
    *_ignored("RELAY_CONFIG_URL RELAY_CLOUD_URL", "configuration is not fetched from the network"),
    *_ignored("RELAY_API_KEY_MIN_LENGTH", "keys of providers may have any length"),
    *_ignored("RELAY_KEY_POOL_VERSION_CHECK_TTL_MS", "changes need no polling"),
    *_ignored("RELAY_MAX_CONCURRENT RELAY_MAX_QUEUE", "requests are not queued"),
    *_ignored("RELAY_STREAM_BYTES_PER_TOKEN", "tokens are counted, not guessed from bytes"),
    *_ignored("RELAY_KV_USAGE_SAMPLE_RATE RELAY_KV_KEY_USAGE_MODE", "nothing is sampled"),
    *_ignored(
        "RELAY_KV_KEY_USAGE_SAMPLE_RATE RELAY_KV_ERROR_DETAIL_SAMPLE_RATE", "nothing is sampled"
    ),
    *_ignored("ENABLE_REQUEST_LOGS REQUEST_LOGS_MAX_ENTRIES", "every request is logged"),
    *_ignored("DEPLOY_URL NEXT_PUBLIC_BASE_URL", "the relay needs not know its own address"),
    *_ignored("CF_PAGES", "this version does not run on Cloudflare Pages"),
    *(Variable(name, "platform") for name in ("VERCEL_ENV", "VERCEL_URL", "NODE_ENV")),
    Variable("KV_REST_API_READ_ONLY_TOKEN", "platform"),
)

NAMES = frozenset(variable.name for variable in VARIABLES)


def notices(environ: Mapping[str, str], used: frozenset[str]) -> Iterator[str]:
    """One sentence for each variable that is set and not read as it stands. `used`: names that
    the file makes meaningful (a provider's own keys)."""
    for variable in VARIABLES:
        if variable.says and environ.get(variable.name, "").strip() and variable.name not in used:
            yield f"{variable.name} is {variable.role}: {variable.says}."


def misspelt(environ: Mapping[str, str], used: frozenset[str]) -> Iterator[str]:
    """One sentence for each variable that looks like ours and is not, with what it may mean."""
    for name in sorted(environ):
        if name.startswith("RELAY_") and name not in NAMES | used:
            yield f"{name} is not known here. {near(name, NAMES)}".rstrip()
