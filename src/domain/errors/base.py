"""The root of the tree, and what is not told to callers."""

from attrs import frozen


class RelayError(Exception):
    """Anything the relay raises on purpose."""


@frozen
class Problem:
    """One mistake in the configuration: where it is, what is wrong, how to mend it."""

    path: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f" Mend: {self.mend}" if self.mend else "")


class ConfigurationError(RelayError):
    """The configuration cannot be used; `problems` lists every mistake, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class StoreUnavailable(RelayError):
    """The store did not answer in time or refused; the declared degraded mode applies."""


class NotStorable(StoreUnavailable):
    """The store is well; this one thing cannot be written down, now or ever."""


class StoreUnreachable(StoreUnavailable):
    """No connection, no answer in time, or it broke off: what was asked may have been done."""


class StoreOverQuota(StoreUnavailable):
    """The plan of the store is used up: nothing works until it is renewed or raised."""


class StoreForbids(StoreUnavailable):
    """The store does not accept our token or password."""


class StoreGarbled(StoreUnavailable):
    """What answered is no store: a page of HTML, half a document, no text."""


class StoreRefused(StoreUnavailable):
    """The store answered with an error; `reply` is its text, cut short and without secrets."""

    def __init__(self, message: str, reply: str = "") -> None:
        super().__init__(message)
        self.reply = reply
