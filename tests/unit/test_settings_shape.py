"""Each mistake in a file is one sentence, at its place, and none repeats a secret."""

from pathlib import Path

import pytest

from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings, load

KEY = "0f8c9e2b7a6d5f4e3c2b1a09"


URL = "base_url: https://a.example/v1"


def inline(text: str, folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), "RELAY_CONFIG": text + "\n", **environ}, folder)


def mistakes(text: str, folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        inline(text, folder, **environ)
    return [f"{p.path}: {p.what}" for p in caught.value.problems]


SHAPES = {
    "unknown field": ("provider: {}", "provider: is not a known field."),
    "unknown inner field": (
        f"providers: {{a: {{{URL}, prefixs: []}}}}",
        "providers.a.prefixs: is not a known field.",
    ),
    "wrong type": ("providers: 5", "providers: must be a table or a list."),
    "wrong inner type": ("server: {port: x}", "server.port: must be a whole number."),
    "boolean for a number": ("longest_pause: true", "longest_pause: must be a number."),
    "text for a boolean": (
        f"providers: {{a: {{{URL}, enabled: maybe}}}}",
        "providers.a.enabled: must be true or false.",
    ),
    "not a table": ("[1, 2]\n", "the document: must be a table."),
    "enum": (
        f"providers: {{a: {{{URL}, dialect: gemini}}}}",
        "providers.a.dialect: must be one of openai_chat, openai, anthropic_messages, anthropic.",
    ),
    "too small": ("server: {port: 0}", "server.port: must be 1 or more."),
    "too large": ("server: {port: 70000}", "server.port: must be 65535 or less."),
    "wait of nothing": (
        f"providers: {{a: {{{URL}, timeouts: {{idle: 0}}}}}}",
        "providers.a.timeouts.idle: must be above 0.",
    ),
    "empty list": (
        "virtual_models: {v: {targets: []}}",
        "virtual_models.v.targets: must not be empty.",
    ),
    "missing in a list": ("routes: [{targets: [demo/echo]}]", "routes[0].name: is missing."),
    "missing name": (f"providers: [{{{URL}}}]", "providers[0].name: is missing."),
    "missing url": ("providers: {a: {}}", "providers.a.base_url: is missing."),
    "two of one": (
        f"providers: {{a: {{{URL}, keys: [{{key: x, env: Y}}]}}}}",
        "providers.a.keys[0]: must have exactly one of `key`, `env`.",
    ),
    "none of three": (
        "client_keys: [{name: x}]",
        "client_keys[0]: must have exactly one of `key`, `key_env`, `sha256`.",
    ),
    "pattern": (
        "client_keys: [{name: x, sha256: abc}]",
        "client_keys[0].sha256: must fit the pattern ^[0-9a-fA-F]{64}$",
    ),
    "too long": (
        f"client_keys: [{{name: {'x' * 129}, key: {KEY}}}]",
        "client_keys[0].name: must have 128 characters or fewer.",
    ),
    "odd name in a path": (
        "virtual_models: {'a b': {targets: x}}",
        'virtual_models."a b".targets: must be a list.',
    ),
    "missing variable": (
        f"providers: {{a: {{{URL}, keys: ['${{NOPE}}']}}}}",
        "providers.a.keys[0]: NOPE is not set.",
    ),
    "missing key variable": (
        f"providers: {{a: {{{URL}, keys: [{{env: NOPE}}]}}}}",
        "providers.a.keys[0].env: NOPE is not set.",
    ),
    "bad mark": ("server: {host: '${}'}", "server.host: has a `${` that names no variable."),
    "open mark": ("server: {host: '${A'}", "server.host: has a `${` that names no variable."),
    "relay's own secret as key": (
        f"providers: {{a: {{{URL}, keys_env: RELAY_ADMIN_KEY}}}}",
        "providers.a.keys_env: RELAY_ADMIN_KEY is the relay's own and no provider's key.",
    ),
    "key that cannot be sent": (
        f"providers: {{a: {{{URL}, keys: ['a b']}}}}",
        "providers.a.keys[0]: has characters no key may have.",
    ),
    "unknown provider": (
        "virtual_models: {v: {targets: [{provider: nope, model: m}]}}",
        "virtual_models.v.targets[0]: there is no provider `nope`.",
    ),
    "list form keeps places": (
        f"providers: [{{name: a, {URL}}}, {{name: b, {URL}, prefixes: [x]}}]",
        "providers[1].prefixes[0]: `x` does not end in one of - . _ / :",
    ),
    "limit's zone": (
        "limits: [{subject: deployment, metric: requests, window: day, limit: 1, timezone: X/Y}]",
        "limits[0].timezone: is no time zone.",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_mistake_is_one_sentence_at_its_place(name: str, tmp_path: Path) -> None:
    """
    One mistake gives one problem: its path, and what is wrong.
    """
    text, sentence = SHAPES[name]

    assert [sentence] == mistakes(text, tmp_path)


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    """
    Shape, missing variables, names and the environment are all looked at before giving up; what
    merely follows from a mistake is left out.
    """
    text = f"""
nonsense: 1
providers:
  - {{name: groq, {URL}, keys: ["${{GROQ}}", {{key: a, env: b}}], prefixes: [a]}}
  - {{name: x, header_style: beerer}}
  - 7
  - {{name: y, {URL}, fallbacks: [grok]}}
virtual_models: {{fast: {{targets: [opnai/gpt-4o, openai/gpt-4o, 5]}}}}
server: {{port: "80"}}
"""

    found = mistakes(text, tmp_path, RELAY_TIMEZONE="Mars", OPENAI_BASE_URL="api.openai.com")

    assert [
        "OPENAI_BASE_URL",
        "RELAY_TIMEZONE",
        "nonsense",
        "providers[0].keys[0]",
        "providers[0].keys[1]",
        "providers[0].prefixes[0]",
        "providers[1].base_url",
        "providers[1].header_style",
        "providers[2]",
        "providers[3].fallbacks[0]",
        "server.port",
        "virtual_models.fast.targets[0]",
        "virtual_models.fast.targets[2]",
    ] == sorted(sentence.partition(": ")[0] for sentence in found)


def test_no_sentence_repeats_a_secret(tmp_path: Path) -> None:
    """
    A key written into the wrong field is not printed by the list of mistakes.
    """
    secret = "sk-Zq8rT2nV5xL1"
    text = f"""
providers:
  a:
    base_url: "https://u:{secret}@a.example"
    header_style: {secret}
    keys: [["{secret}"], {{key: "{secret} {secret}"}}]
    headers: {{authorization: "{secret}", x: "${{S}}\\n"}}
client_keys: [{{name: x, sha256: {secret}}}]
"""

    assert [] == [s for s in mistakes(text, tmp_path, S=secret) if secret in s]
