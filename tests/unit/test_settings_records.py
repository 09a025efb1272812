"""What each form of a record means."""

import json
from pathlib import Path

from src.domain.catalogue import Provider, Route, Target, Timeouts, VirtualModel, When
from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.records import (
    ClientKeyRecord,
    FileRecord,
    KeyRecord,
    LimitRecord,
    PriceRecord,
    ProviderRecord,
    Record,
    RouteRecord,
    ServerRecord,
    TargetRecord,
    TimeoutsRecord,
    VirtualModelRecord,
    WhenRecord,
)
from src.entrypoints.settings.shape import schema

URL = "base_url: https://a.example/v1"


def inline(text: str, folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), "RELAY_CONFIG": text + "\n", **environ}, folder)


def provider(text: str, folder: Path, **environ: str) -> Provider:
    return inline(text, folder, **environ).snapshot.providers[0]


def test_strings_take_variables_once(tmp_path: Path) -> None:
    """
    `${VAR}` and `${VAR:-default}` are replaced anywhere in a text, once; `$${` stays.
    """
    text = """
providers:
  a:
    base_url: "https://${HOST_A}:${PORT_A:-8443}/v1"
    headers: {x-one: "${ONE}", x-two: "$${ONE} $5", x-three: "${EMPTY:-full}"}
    keys: ["${KEYS}", "${NONE:-}"]
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
    targets:
      [a/org/m, "a:x", org/m, {{provider: a, model: y, weight: 3, tier: 2}}, deepseek/d, w]
  w: {{targets: [{{model: x}}]}}
"""
    snapshot = inline(text, tmp_path).snapshot

    assert (
        Target("a", "org/m"),
        Target("a", "x"),
        Target(None, "org/m"),
        Target("a", "y", weight=3, tier=2),
        Target("deepseek", "d"),
        Target(None, "w"),
    ) == snapshot.virtual_models[0].targets
    assert ["a", "deepseek"] == [p.name for p in snapshot.providers]


def test_every_field_of_a_virtual_model(tmp_path: Path) -> None:
    """
    What is written reaches the model, in the list form too.
    """
    text = """
virtual_models:
  - {name: w, targets: [demo/x], strategy: weighted, delivery: whole, patience: 2, waits: 0,
     hidden: yes}
"""
    expected = VirtualModel("w", (Target("demo", "x"),), "weighted", "whole", 2.0, 0.0, True)

    assert (expected,) == inline(text, tmp_path).snapshot.virtual_models


def test_every_field_of_a_route(tmp_path: Path) -> None:
    """
    What is written reaches the route; a provider alone keeps the model asked for.
    """
    text = """
routes:
  - {name: r, priority: 5, enabled: no, strategy: round_robin, patience: 1, targets: [demo, demo/x],
     when: {model: "m*", endpoint: "chat.*", client: c, headers: {x-a: "1*"}, stream: true}}
"""
    when = When("m*", "chat.*", (("x-a", "1*"),), "c", True)
    targets = (Target("demo", ""), Target("demo", "x"))

    assert (Route("r", when, targets, 5, "round_robin", 1.0, False),) == inline(
        text, tmp_path
    ).snapshot.routes


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
    model = "model_timeouts: {m: {connect: 1.5}}"
    text = f"providers: {{a: {{{URL}, timeouts: {{idle: 9}}, {model}}}}}"

    found = provider(text, tmp_path, RELAY_UPSTREAM_TIMEOUT_MS="7000")

    assert Timeouts(idle=9.0, headers=7.0) == found.timeouts_for("other")
    assert Timeouts(idle=9.0, headers=7.0, connect=1.5) == found.timeouts_for("m")


RECORDS: dict[str, type[Record]] = {
    "provider": ProviderRecord,
    "provider_key": KeyRecord,
    "price": PriceRecord,
    "fallback": TargetRecord,
    "target": TargetRecord,
    "virtual_model": VirtualModelRecord,
    "when": WhenRecord,
    "route": RouteRecord,
    "client_key": ClientKeyRecord,
    "limit": LimitRecord,
    "server": ServerRecord,
    "timeouts": TimeoutsRecord,
}


def test_the_schema_and_the_records_agree() -> None:
    """
    Every field of the schema is a field of the record that holds it, and the other way round (a
    fallback is a target without weights).
    """
    tables = {name: each for name, each in _dict(schema()["$defs"]).items() if _properties(each)}

    assert set(RECORDS) == set(tables)
    assert set(FileRecord.__struct_fields__) == _properties(schema()) - {"$schema"}
    for name, table in tables.items():
        unused = {"weight", "tier"} if name == "fallback" else set()
        assert set(RECORDS[name].__struct_fields__) - unused == _properties(table)


def _properties(table: object) -> set[str]:
    return set(_dict(_dict(table).get("properties")))


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
