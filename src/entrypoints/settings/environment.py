"""The plain values of the environment: read, checked, with defaults."""

import re
from collections.abc import Mapping
from typing import TypeVar, get_args

from attrs import field, frozen

from ...application.outbox import STORE_SECONDS
from ...domain.errors import Problem
from ...domain.setup import HOW_TO_MAKE, Lack, Part, sentence
from ...domain.validation import near, zone_exists
from .keys import is_weak, listed
from .records import ServerRecord
from .values import (
    GRACE,
    MEBIBYTE,
    VERCELS_BODY,
    LogStyle,
    OnStoreDown,
    Switch,
    UnknownPrice,
)

_SWITCHES: dict[str, Switch] = {
    **dict.fromkeys(("1", "true", "yes", "on"), "on"),
    **dict.fromkeys(("0", "false", "no", "off"), "off"),
    "auto": "auto",
}
_T = TypeVar("_T")
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@frozen
class Secrets:
    """The relay's own secrets, none of them weak or used twice; `off`: features without one, and
    the mend; `lacks`: the same, and those that nobody set."""

    admin_key: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    cron_secret: str | None = field(default=None, repr=False)
    off: Mapping[str, str] = field(factory=dict)
    notices: tuple[str, ...] = ()
    lacks: tuple[Lack, ...] = ()


def secrets(environ: Mapping[str, str]) -> Secrets:
    """A weak secret is dropped and its feature switched off, and so is one that is known to others
    under another name: the more powerful one goes. There is never a default."""
    said: list[str] = []
    taken = dict.fromkeys(listed(environ.get("RELAY_API_KEY", "")), "RELAY_API_KEY")
    admins = listed(environ.get("RELAY_ADMIN_KEY", ""))
    admin = next((key for key in admins if not is_weak(key)), "".join(admins[:1]))
    lacks = [_lack("admin", "RELAY_ADMIN_KEY", admin, taken)]
    if lacks[0] is None and len(admins) > 1:
        said.append("RELAY_ADMIN_KEY holds several keys; only the first strong one is used.")
    taken |= {key: "RELAY_ADMIN_KEY" for key in admins if key not in taken}
    signing = environ.get("RELAY_SIGNING_SECRET", "").strip()
    lacks.append(_lack("signing", "RELAY_SIGNING_SECRET", signing, taken))
    cron = environ.get("CRON_SECRET", "").strip()
    if cron and is_weak(cron):
        said.append("CRON_SECRET is too weak and is not accepted; RELAY_ADMIN_KEY is.")
        cron = ""
    wrong = tuple(lack for lack in lacks if lack is not None)
    return Secrets(
        admin_key=None if lacks[0] else admin,
        signing_secret=None if lacks[1] else signing,
        cron_secret=cron or None,
        off={_FEATURES[lack.part]: sentence(lack) for lack in wrong if lack.fault != "missing"},
        notices=tuple(said),
        lacks=wrong,
    )


_FEATURES: dict[Part, str] = {"admin": "admin", "signing": "temporary_keys"}


def _lack(part: Part, name: str, secret: str, taken: Mapping[str, str]) -> Lack | None:
    if not secret:
        return Lack(part, name)
    if is_weak(secret):
        return Lack(part, name, "weak")
    return Lack(part, name, "same", taken[secret]) if secret in taken else None


def legacy_off(own: Secrets, *, wanted: bool) -> dict[str, str]:
    """Why temporary keys of ai-relay are not accepted, although they are wanted."""
    if not wanted or own.signing_secret is not None:
        return {}
    mend = f"Set RELAY_SIGNING_SECRET to what signed them: {HOW_TO_MAKE}."
    return {"legacy_tokens": f"RELAY_LEGACY_TOKENS needs a strong signing secret. {mend}"}


class Reader:
    """Reads single variables; what cannot be read becomes a fault and the default stands."""

    def __init__(self, environ: Mapping[str, str], faults: list[Problem]) -> None:
        self._environ = environ
        self.faults = faults

    def text(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def number(self, name: str, *, low: int, high: int) -> int | None:
        """A whole number; None when it is not set."""
        said = self.text(name)
        if not said:
            return None
        if re.fullmatch(r"[0-9]{1,15}", said) and low <= int(said) <= high:
            return int(said)
        self._fault(name, "cannot be used.", f"Give a whole number from {low} to {high}.")
        return None

    def word(self, name: str, default: str) -> str:
        said = self.text(name) or default
        if not _WORD.fullmatch(said):
            self._fault(name, "has characters it may not have.", "Use letters, digits, `_.-`.")
        return said

    def zone(self) -> str:
        said = self.text("RELAY_TIMEZONE") or "UTC"
        if not zone_exists(said):
            self._fault("RELAY_TIMEZONE", "is no time zone.", "Use a name like `Europe/Berlin`.")
            return "UTC"
        return said

    def on_store_down(self) -> OnStoreDown:
        options: dict[str, OnStoreDown] = {"local": "local", "closed": "closed", "open": "open"}
        return self._choice("RELAY_ON_STORE_DOWN", options, "local")

    def store_seconds(self) -> float:
        said = self.number("RELAY_STORE_DEADLINE_MS", low=20, high=5_000)
        return STORE_SECONDS if said is None else said / 1000

    def demo(self) -> Switch:
        return self._choice("RELAY_DEMO", _SWITCHES, "auto")

    def log(self) -> LogStyle:
        options: dict[str, LogStyle] = {word: word for word in get_args(LogStyle)}
        return self._choice("RELAY_LOG", options, "auto")

    def on_vercel(self) -> bool:
        return self.text("VERCEL").lower() in ("1", "true")

    def host(self, file: ServerRecord) -> str:
        return self.text("RELAY_HOST") or file.host or "127.0.0.1"

    def port(self, file: ServerRecord) -> int:
        own = self.number("RELAY_PORT", low=1, high=65535)
        return own or self.number("PORT", low=1, high=65535) or file.port or 8787

    def workers(self, file: ServerRecord) -> int:
        return self.number("RELAY_WORKERS", low=1, high=64) or file.workers or 1

    def grace(self, file: ServerRecord) -> int:
        said = self.number("RELAY_GRACE_SECONDS", low=0, high=3600)
        known = file.grace if said is None else said
        return GRACE if known is None else known

    def max_body_bytes(self, file: ServerRecord, notices: list[str], *, on_vercel: bool) -> int:
        said = self.number("RELAY_MAX_REQUEST_BYTES", low=0, high=1 << 30)
        if said == 0:
            notices.append(
                "RELAY_MAX_REQUEST_BYTES=0: there is always a bound; the default stands."
            )
        usual = VERCELS_BODY if on_vercel else 20 * MEBIBYTE
        return said or file.max_body_bytes or usual

    def store_answers(self, file: ServerRecord) -> bool:
        said = self._choice("RELAY_STORE_ANSWERS", _SWITCHES, "auto")
        return bool(file.store_answers) if said == "auto" else said == "on"

    def strict_translation(self, file: ServerRecord) -> bool:
        said = self._choice("RELAY_STRICT_TRANSLATION", _SWITCHES, "auto")
        return file.strict_translation is not False if said == "auto" else said == "on"

    def legacy_tokens(self) -> bool:
        return self._choice("RELAY_LEGACY_TOKENS", _SWITCHES, "auto") == "on"

    def unknown_price(self, file: ServerRecord) -> UnknownPrice:
        options: dict[str, UnknownPrice] = {"zero": "zero", "refuse": "refuse"}
        return self._choice("RELAY_UNKNOWN_PRICE", options, file.unknown_price or "zero")

    def _choice(self, name: str, options: Mapping[str, _T], default: _T) -> _T:
        said = self.text(name).lower()
        if said and said not in options:
            mend = near(said, options) or f"Use one of {', '.join(options)}."
            self._fault(name, "is none of the words it knows.", mend)
        return options.get(said, default)

    def _fault(self, name: str, what: str, mend: str) -> None:
        self.faults.append(Problem(name, what, mend))
