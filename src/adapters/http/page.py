"""What a person with a browser sees: does it serve, what is not configured yet, and how to mend it.

One page, in their language; it names variables and no value.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from ...domain.errors import Problem
from ...domain.setup import Fault, Lack, Part
from ...locales import LANGUAGES, say
from .errors import Written

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}"
    "li{margin:.6rem 0}code{background:#8882;padding:.1em .3em;border-radius:.2em}"
)
_FAULTS: dict[Fault, str] = {"missing": "page_missing", "weak": "page_weak", "same": "page_same"}
#: What is off without it, and how to get it.
_PARTS: dict[Part, tuple[str, str]] = {
    "clients": ("page_off_clients", "page_mend_secret"),
    "admin": ("page_off_admin", "page_mend_secret"),
    "signing": ("page_off_signing", "page_mend_secret"),
    "provider": ("page_off_provider", "page_mend_provider"),
    "store": ("page_off_store", "page_mend_store"),
}
_HEADERS = (
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("x-content-type-options", "nosniff"),
    ("vary", "accept, accept-language"),
)


def wanted(method: str, headers: Mapping[str, str]) -> bool:
    """Is it a browser that asks?"""
    return method in ("GET", "HEAD") and "text/html" in headers.get("accept", "")


def language(accepted: str) -> str:
    """The best of ours by Accept-Language (RFC 9110 section 12.5.4), else English."""
    best, weight = "en", 0.0
    for part in accepted.lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        short, said = tag.strip()[:2], _weight(parameter)
        if short in LANGUAGES and said > weight:
            best, weight = short, said
    return best


def setup(lacks: Sequence[Lack], lang: str, *, status: int | None = None) -> Written:
    """What is there and what is not: 503 while nothing can be served, or that status."""
    closed = any(lack.closes for lack in lacks)
    state = "page_closed" if closed else "page_partly" if lacks else "page_serving"
    usual = 503 if closed else 200
    return _page(status or usual, state, (_told(lack, lang) for lack in lacks), lang)


def broken(problems: Iterable[Problem], lang: str) -> Written:
    """The configuration cannot be used, for these reasons."""
    told = (
        f"<code>{escape(one.path)}</code> {escape(one.what)} {escape(one.mend)}" for one in problems
    )
    return _page(503, "page_broken", told, lang)


def _page(status: int, state: str, told: Iterable[str], lang: str) -> Written:
    items = "".join(f"<li>{item}</li>" for item in told)
    where, use = _said("page_where", lang), _said("page_use", lang)
    where = f"<p>{where}</p>" if items else ""
    body = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>AI Relay</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style><h1>AI Relay</h1><p>{_said(state, lang)}</p>"
        f"<ul>{items}</ul>{where}<p>{use}</p></html>"
    )
    return Written(status, body.encode(), _HEADERS, content_type="text/html; charset=utf-8")


def _told(lack: Lack, lang: str) -> str:
    """What is wrong, what is off until then, and the mend."""
    off, mend = _PARTS[lack.part]
    wrong = _said(_FAULTS[lack.fault], lang, variable=lack.variable, other=lack.other)
    return f"{wrong} {_said(off, lang)} {_said(mend, lang)}"


def _said(id: str, lang: str, **values: str) -> str:
    """A sentence as HTML: what stands between backticks is code."""
    parts = escape(say(id, lang, **values)).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
