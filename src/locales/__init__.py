"""The sentences a person reads, by id, in every language the relay speaks."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh")


def language(environ: Mapping[str, str]) -> str:
    """The language an environment asks for (RELAY_LANG, else LC_ALL, LC_MESSAGES, LANG), else
    English."""
    for name in ("RELAY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if said := environ.get(name, "").strip():
            short = said.lower()[:2]
            return short if short in LANGUAGES else "en"
    return "en"


def say(id: str, /, lang: str | None = None, **values: object) -> str:
    """The sentence of that id with its `{placeholders}` filled. A language or a sentence that is
    missing falls back to English. Raises KeyError for an id or a value that is not there."""
    sentences = {**_sentences("en"), **_sentences(lang if lang in LANGUAGES else "en")}
    return sentences[id].format_map(values)


@cache
def _sentences(lang: str) -> Mapping[str, str]:
    text = files(__name__).joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return {id: str(sentence) for id, sentence in tomllib.loads(text).items()}
