"""Whatever is written, the answer is settings or ConfigurationError, and nothing else."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from src.domain.errors import ConfigurationError
from src.entrypoints.settings import load
from src.entrypoints.settings.paths import Json
from src.entrypoints.settings.shape import schema
from src.entrypoints.settings.variables import VARIABLES


def _fields(node: Json) -> set[str]:
    if isinstance(node, list):
        return {name for each in node for name in _fields(each)}
    if not isinstance(node, dict):
        return set()
    own = node.get("properties")
    inner = {name for each in node.values() for name in _fields(each)}
    return inner | (set(own) if isinstance(own, dict) else set())


WORDS = st.sampled_from(
    [
        *("a", "b", "openai", "demo", "openai/gpt-4o", "a/m", "a:m", "m", "gpt-", "", "/", "${A}"),
        *("${B:-x}", "${", "https://a.example/v1", "http://[", "bearer", "ordered", "day", "UTC"),
        *("deployment", "requests", "x\ny", "日本", "f" * 64, "\x00", "0", "live", "weighted"),
    ]
)
NAMES = st.sampled_from(sorted(_fields(schema()))) | WORDS
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 3)
    | st.just(10**30)
    | st.floats()
    | st.sampled_from([1.0, 2.5])
    | WORDS
    | st.text(max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
SECTION = st.sampled_from(["providers", "virtual_models", "routes", "client_keys", "limits"])
ENVIRON = st.dictionaries(
    st.sampled_from([v.name for v in VARIABLES if v.name != "RELAY_CONFIG"] + ["A", "B", "HOME"]),
    st.text(max_size=12) | WORDS,
    max_size=4,
)
NOWHERE = Path("/nonexistent")


def _survives(text: str, environ: dict[str, str]) -> None:
    try:
        load({**environ, "RELAY_CONFIG": text}, NOWHERE)
    except ConfigurationError as error:
        assert error.problems


@settings(max_examples=300)
@given(st.dictionaries(SECTION | NAMES, VALUES, max_size=4), ENVIRON)
def test_a_document_of_known_words_in_any_order(document: Json, environ: dict[str, str]) -> None:
    """
    Fields of the schema with values of any kind, anywhere, beside any environment.
    """
    _survives(json.dumps(document) + "\n", environ)


PROVIDER = st.fixed_dictionaries(
    {},
    optional={
        "base_url": WORDS,
        "header_style": st.sampled_from(["none", "openai", "bearer"]),
        "keys": st.lists(WORDS | st.fixed_dictionaries({"env": WORDS}), max_size=2),
        "models": st.lists(WORDS, max_size=2),
        "prefixes": st.lists(WORDS, max_size=2),
        "fallbacks": st.lists(WORDS | st.fixed_dictionaries({"provider": WORDS}), max_size=2),
        "headers": st.dictionaries(WORDS, WORDS, max_size=2),
        "timeouts": st.dictionaries(st.sampled_from(["idle", "connect"]), st.floats(), max_size=2),
    },
)
CHAIN = st.fixed_dictionaries(
    {"targets": st.lists(WORDS, min_size=1, max_size=3)}, optional={"name": WORDS}
)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "providers": st.dictionaries(WORDS, PROVIDER, max_size=3),
            "virtual_models": st.dictionaries(WORDS, CHAIN, max_size=3)
            | st.lists(CHAIN, max_size=3),
            "routes": st.lists(CHAIN, max_size=2),
        },
    ),
    ENVIRON,
)
def test_a_document_of_the_right_shape(document: Json, environ: dict[str, str]) -> None:
    """
    Nearly right documents reach the last rule and still end in settings or in problems.
    """
    _survives(json.dumps(document) + "\n", environ)


@settings(max_examples=300)
@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_text_at_all(text: str) -> None:
    """
    Text in no grammar, or nearly in one.
    """
    _survives(text, {})
    _survives(f"{text}\n{text}", {})
    _survives("{" + text, {})
    _survives(f"providers: {text}\n", {})
    _survives(f"[providers.a]\nx = {text}\n", {})
