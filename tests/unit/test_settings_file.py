"""The configuration file: what each form means, and what each mistake is called."""

import base64
import json
from pathlib import Path

import pytest

from src.domain.catalogue import Provider, Target, Waits
from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.records import FileRecord
from src.entrypoints.settings.shape import schema

KEY = "0f8c9e2b7a6d5f4e3c2b1a09"
URL = "base_url: https://a.example/v1"


def inline(text: str, folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), "RELAY_CONFIG": text + "\n", **environ}, folder)


def mistakes(text: str, folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        inline(text, folder, **environ)
    return [f"{p.path}: {p.what}" for p in caught.value.problems]


def provider(text: str, folder: Path, **environ: str) -> Provider:
    return inline(text, folder, **environ).snapshot.providers[0]


TOML = '[providers.a]\nbase_url = "https://a.example/v1"\n'
YAML = "providers:\n  a:\n    base_url: https://a.example/v1\n"
JSON = '{"providers": {"a": {"base_url": "https://a.example/v1"}}}'
NAMED = {"relay.toml": TOML, "relay.yaml": YAML, "relay.yml": YAML, "relay.json": JSON}


@pytest.mark.parametrize("name", NAMED)
def test_each_file_name_is_found_in_the_folder(name: str, tmp_path: Path) -> None:
    """
    relay.toml, .yaml, .yml and .json are read from the folder, each in its grammar.
    """
    (tmp_path / name).write_text(NAMED[name])

    settings = load({}, tmp_path)

    assert str(tmp_path / name) == settings.source
    assert ["a"] == [p.name for p in settings.snapshot.providers]


@pytest.mark.parametrize("text", [TOML, YAML, JSON, f"# first\n\n{YAML}", f"# first\n{TOML}"])
@pytest.mark.parametrize("packed", ["plain", "base64", "wrapped", "url-safe"])
def test_the_variable_may_hold_the_document(text: str, packed: str, tmp_path: Path) -> None:
    """
    RELAY_CONFIG holds any of the grammars, plain or in base64 (both alphabets, wrapped or not).
    """
    raw = text.encode()
    forms = {
        "plain": text,
        "base64": base64.b64encode(raw).decode(),
        "wrapped": base64.encodebytes(raw).decode(),
        "url-safe": base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }

    settings = load({"RELAY_CONFIG": forms[packed]}, tmp_path)

    assert ("RELAY_CONFIG", "a") == (settings.source, settings.snapshot.providers[0].name)


def test_the_variable_may_name_a_file(tmp_path: Path) -> None:
    """
    RELAY_CONFIG names a file, also relative to the folder, and the folder's own is then not read.
    """
    (tmp_path / "relay.toml").write_text("broken = ")
    (tmp_path / "other.conf").write_text(YAML)

    assert str(tmp_path / "other.conf") == load({"RELAY_CONFIG": "other.conf"}, tmp_path).source


def test_a_file_named_by_the_caller_is_the_one(tmp_path: Path) -> None:
    """
    An explicit file beats the variable and the folder.
    """
    (tmp_path / "relay.toml").write_text("broken = ")
    (tmp_path / "mine.toml").write_text(TOML)

    found = load({"RELAY_CONFIG": "{"}, tmp_path, Path("mine.toml"))

    assert str(tmp_path / "mine.toml") == found.source


def test_two_files_are_an_error(tmp_path: Path) -> None:
    """
    Two configuration files side by side are refused, both named.
    """
    (tmp_path / "relay.toml").write_text(TOML)
    (tmp_path / "relay.yaml").write_text(YAML)

    with pytest.raises(ConfigurationError, match="relay.toml and relay.yaml"):
        load({}, tmp_path)


UNREADABLE = {
    "bad toml": ("a.toml", b"a = [1,\n", "is not TOML"),
    "twice in toml": ("a.toml", b"a = 1\na = 2\n", "is not TOML"),
    "bad json": ("a.json", b'{"a": }', "line 1, column 7"),
    "twice in json": ("a.json", b'{"a": 1, "a": 2}', "'a' is there twice"),
    "bad yaml": ("a.yaml", b"a: [1\nb: 2\n", "line 2, column 2"),
    "twice in yaml": (
        "a.yaml",
        b"routes: []\nroutes: []\n",
        "is there twice (at line 2, column 1)",
    ),
    "yaml tag": ("a.yaml", b"a: !!set {x}\n", "tags have no use here"),
    "yaml object": ("a.yaml", b"a: !!python/object/apply:os.getcwd []\n", "tags have no use here"),
    "yaml date": ("a.yaml", b"longest_pause: 2024-99-99\n", "number or a date"),
    "yaml list as key": ("a.yaml", b"? [a]\n: b\n", "is not YAML"),
    "yaml control": ("a.yaml", b"a: \x01\n", "characters YAML forbids"),
    "not utf-8": ("a.toml", b"a = '\xff'", "is not UTF-8"),
    "utf-16": ("a.toml", "a = 1".encode("utf-16"), "is not UTF-8"),
    "too deep": ("a.json", b"[" * 100_000, "nested too deeply"),
    "too deep in toml": ("a.toml", b"a = " + b"[" * 50_000, "is n"),
    "too large": ("a.toml", b"#" * (1 << 20) + b"\n", "larger than 1 MiB"),
    "huge number": ("a.json", b'{"longest_pause": ' + b"9" * 5000 + b"}", "number"),
    "infinity": ("a.toml", b"longest_pause = inf", "is a date or no number"),
    "nan in json": ("a.json", b'{"longest_pause": NaN}', "is a date or no number"),
    "date in toml": ("a.toml", b"longest_pause = 2024-01-01", "is a date or no number"),
    "number as key": ("a.yaml", b"providers: {1: {}}", "which is no text"),
    "yaml that holds itself": ("a.yaml", b"routes: &a [*a]\n", "nested too deeply"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_with_its_place(name: str, tmp_path: Path) -> None:
    """
    A file that breaks its grammar, or says what JSON cannot, is one problem in plain words.
    """
    file, raw, words = UNREADABLE[name]
    (tmp_path / file).write_bytes(raw)

    with pytest.raises(ConfigurationError) as caught:
        load({}, tmp_path, Path(file))

    assert 1 == len(caught.value.problems)
    assert words in str(caught.value)


def test_yaml_aliases_cannot_swell(tmp_path: Path) -> None:
    """
    Aliases of aliases of aliases end at a bound, not in memory.
    """
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, 12):
        aliases = ", ".join([f"*a{i - 1}"] * 10)
        lines.append(f"a{i}: &a{i} [{aliases}]")

    assert [
        "nested too deeply or repeats itself too often" in x
        for x in mistakes("\n".join(lines), tmp_path)
    ] == [True]


@pytest.mark.parametrize("said", ["missing.toml", "/etc/passwd/x.toml", "a\x00b", "hello"])
def test_a_file_that_is_not_there_is_a_problem(said: str, tmp_path: Path) -> None:
    """
    RELAY_CONFIG that is neither a file nor a document is refused.
    """
    with pytest.raises(ConfigurationError, match="RELAY_CONFIG"):
        load({"RELAY_CONFIG": said}, tmp_path)


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
    "nothing at all": ("# empty: file", "the document: must be a table."),
    "enum": (
        f"providers: {{a: {{{URL}, dialect: gemini}}}}",
        "providers.a.dialect: must be one of openai_chat, openai.",
    ),
    "too small": ("server: {port: 0}", "server.port: must be 1 or more."),
    "too large": ("server: {port: 70000}", "server.port: must be 65535 or less."),
    "wait of nothing": (
        f"providers: {{a: {{{URL}, waits: {{idle: 0}}}}}}",
        "providers.a.waits.idle: must be above 0.",
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


def test_strings_take_variables_once(tmp_path: Path) -> None:
    """
    `${VAR}` and `${VAR:-default}` are replaced anywhere in a text, once; `$${` stays.
    """
    text = f"""
providers:
  a:
    base_url: "https://${{HOST_A}}:${{PORT_A:-8443}}/v1"
    headers: {{x-one: "${{ONE}}", x-two: "$${{ONE}} $5", x-three: "${{EMPTY:-full}}"}}
    keys: ["${{KEYS}}", "${{NONE:-}}"]
"""
    found = provider(text, tmp_path, HOST_A="a.example", ONE="${KEYS}", KEYS="k1, k2", EMPTY="")

    assert "https://a.example:8443/v1" == found.base_url
    assert (("x-one", "${KEYS}"), ("x-two", "${ONE} $5"), ("x-three", "full")) == found.headers
    assert ["k1", "k2"] == [key.secret for key in found.keys]


def test_a_built_in_provider_is_changed_field_by_field(tmp_path: Path) -> None:
    """
    What the file says of a built-in provider goes over what is known of it.
    """
    found = provider("providers: {openai: {keys: [k], prefixes: [gpt-]}}", tmp_path)

    assert "https://api.openai.com/v1" == found.base_url
    assert ("gpt-",) == found.prefixes
    assert "gpt-4o" in found.models


def test_the_words_of_the_original_for_header_styles(tmp_path: Path) -> None:
    """
    `openai` means bearer and `azure` means api-key.
    """
    said = ("openai", "azure", "none", "x-api-key", "api-key", "bearer")
    text = "providers:\n" + "".join(
        f"  p{i}: {{{URL}, header_style: {s}}}\n" for i, s in enumerate(said)
    )

    assert ["bearer", "api-key", "none", "x-api-key", "api-key", "bearer"] == [
        p.header_style for p in inline(text, tmp_path).snapshot.providers
    ]


def test_a_provider_that_needs_no_key_has_a_pool_all_the_same(tmp_path: Path) -> None:
    """
    `header_style: none` gives one key with an empty secret, so that it can be picked.
    """
    found = provider(f"providers: {{ollama: {{{URL}, header_style: none}}}}", tmp_path)

    assert [("keyless-ollama", "")] == [(key.handle, key.secret) for key in found.keys]


def test_targets_in_every_form(tmp_path: Path) -> None:
    """
    A text is provider/model or provider:model if its left part is a provider, else a name; a
    table says which; a built-in provider that is named so is there, even without a key.
    """
    text = f"""
providers: [{{name: a, {URL}, models: [org/m, x]}}]
virtual_models:
  v:
    targets: [a/org/m, "a:x", org/m, {{provider: a, model: y, weight: 3, tier: 2}}, deepseek/d, w]
  w: {{targets: [{{model: x}}], strategy: weighted, delivery: whole, patience: 2, waits: 0, hidden: yes}}
routes:
  - {{name: r, priority: 5, when: {{model: "m*", headers: {{x-a: "1*"}}, stream: true}}, targets: [a]}}
"""
    snapshot = inline(text, tmp_path).snapshot
    first, second = snapshot.virtual_models

    assert (
        Target("a", "org/m"),
        Target("a", "x"),
        Target(None, "org/m"),
        Target("a", "y", weight=3, tier=2),
        Target("deepseek", "d"),
        Target(None, "w"),
    ) == first.targets
    assert ["a", "deepseek"] == [p.name for p in snapshot.providers]
    assert ("weighted", "whole", 2.0, 0.0, True) == (
        second.strategy,
        second.delivery,
        second.patience,
        second.waits,
        second.hidden,
    )
    assert (Target("a", ""),) == snapshot.routes[0].targets
    assert ((("x-a", "1*"),), True, 5) == (
        snapshot.routes[0].when.headers,
        snapshot.routes[0].when.stream,
        snapshot.routes[0].priority,
    )


def test_fallbacks_in_every_form(tmp_path: Path) -> None:
    """
    A fallback is a provider, a provider's model, or a table; without a model it keeps the asked.
    """
    text = f"""
providers:
  b: {{{URL}}}
  a: {{{URL}, fallbacks: [b, b/m/n, "b:o", {{provider: b, model: p}}, {{provider: b}}]}}
"""
    found = inline(text, tmp_path).snapshot.providers[1]

    assert ["", "m/n", "o", "p", ""] == [target.model for target in found.fallbacks]
    assert {"b"} == {target.provider for target in found.fallbacks}


def test_waits_of_a_model_go_over_those_of_the_provider(tmp_path: Path) -> None:
    """
    Each wait stands by itself: model, else provider, else the original's variable, else default.
    """
    text = f"providers: {{a: {{{URL}, waits: {{idle: 9}}, model_waits: {{m: {{connect: 1.5}}}}}}}}"

    found = provider(text, tmp_path, RELAY_UPSTREAM_TIMEOUT_MS="7000")

    assert Waits(idle=9.0, headers=7.0) == found.waits_for("other")
    assert Waits(idle=9.0, headers=7.0, connect=1.5) == found.waits_for("m")


def test_the_schema_and_the_records_agree() -> None:
    """
    Every field of the schema is a field of the record that holds it, and the other way round.
    """
    properties = schema()["properties"]

    assert isinstance(properties, dict)
    assert set(FileRecord.__struct_fields__) == set(properties) - {"$schema"}


def test_every_field_of_the_schema_says_what_it_is_for() -> None:
    """
    Editors show a description for each field, and no table takes fields that are not in it.
    """
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema())
    text = json.dumps(schema())
    definitions = schema()["$defs"]
    assert isinstance(definitions, dict)
    for definition in definitions.values():
        assert isinstance(definition, dict)
        for field in (definition, *dict(_dict(definition.get("properties"))).values()):
            assert {"description", "$ref"} & set(_dict(field))
        if "properties" in definition:
            assert definition["additionalProperties"] is False
    assert "airelay" not in text


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
