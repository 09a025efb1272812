"""What the relay knows of providers by itself: facts as values, no key among them."""

from .catalogue import Provider, ProviderKey
from .prices import EVERY
from .pricing import Price

#: <https://platform.openai.com/docs/models>. Bare `o1` fits no prefix: it is listed.
OPENAI = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    models=(
        *("gpt-5.5", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano"),
        *("gpt-4.1", "gpt-4o", "gpt-4o-mini", "o1", "o3", "o3-mini", "o4-mini"),
    ),
    prefixes=("gpt-", "chatgpt-", "o1-", "o3-", "o4-", "dall-e-", "text-embedding-"),
)

#: <https://api-docs.deepseek.com/>
DEEPSEEK = Provider(
    name="deepseek",
    base_url="https://api.deepseek.com/v1",
    models=("deepseek-chat", "deepseek-reasoner", "deepseek-v4-flash", "deepseek-v4-pro"),
    prefixes=("deepseek-",),
)

#: <https://platform.claude.com/docs/en/api/overview>
ANTHROPIC = Provider(
    name="anthropic",
    base_url="https://api.anthropic.com/v1",
    dialect="anthropic_messages",
    header_style="x-api-key",
    prefixes=("claude-",),
)

#: Known from the original by its variables alone; an ordinary provider of the OpenAI dialect.
XIAOMI = Provider(
    name="xiaomi",
    base_url="https://api.xiaomimimo.com/v1",
    prefixes=("mimo-",),
)

#: Answers without a network, so that a fresh start has something to show.
DEMO = Provider(
    name="demo",
    base_url="demo:",
    header_style="none",
    keys=(ProviderKey(handle="demo", secret="", label="built in", source="built-in"),),
    models=("demo/echo", "demo/flaky"),
    prices={EVERY: Price(0, 0)},
)

#: By name. None is in force until it has a key, is named in the file, or (demo) is switched on.
PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (OPENAI, ANTHROPIC, DEEPSEEK, XIAOMI, DEMO)
}
