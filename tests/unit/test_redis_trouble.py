"""What a server's error replies mean, and what of them is shown."""

import pytest

from src.adapters.stores.redis.trouble import of_everything, refused, said
from src.domain.errors import (
    NotStorable,
    StoreForbids,
    StoreOverQuota,
    StoreRefused,
    StoreUnavailable,
)
from tests.support import upstash_faults as faults

SEE = "See https://upstash.com/docs/redis/troubleshooting/ for details"


@pytest.mark.parametrize(
    ("text", "kind", "everything"),
    [
        (faults.MONTHLY.text, StoreOverQuota, True),
        (faults.DAILY.text, StoreOverQuota, True),
        (f"ERR max monthly request limit exceeded. {SEE}", StoreOverQuota, True),
        (f"ERR max data size exceeded. Limit: 1, Usage: 2. {SEE}", StoreOverQuota, True),
        (f"ERR max concurrent connections exceeded. {SEE}", StoreOverQuota, True),
        (faults.TOO_LARGE.text, NotStorable, False),
        (f"ERR max single record size exceeded. {SEE}", NotStorable, False),
        ("ERR string exceeds maximum allowed size (proto-max-bulk-len)", NotStorable, False),
        (faults.WRONGPASS, StoreForbids, True),
        ("WRONGPASS invalid username-password pair or user is disabled.", StoreForbids, True),
        ("NOAUTH Authentication required.", StoreForbids, True),
        ("ERR invalid password", StoreForbids, True),
        ("ERR AUTH <password> called without any password configured", StoreForbids, True),
        ("NOPERM User x has no permissions to run the 'eval' command", StoreRefused, False),
        ("READONLY You can't write against a read only replica.", StoreRefused, False),
        ("LOADING Redis is loading the dataset in memory", StoreRefused, False),
        ("ERR user_script:1: the limit was exceeded, budget gone", StoreRefused, False),
        ("", StoreRefused, False),
    ],
)
def test_every_reply_has_its_kind(
    text: str, kind: type[StoreUnavailable], everything: bool
) -> None:
    """
    Whose fault it is follows from the text, and whether all commands would fail alike.
    """
    assert (kind, everything) == (type(refused("redis://h:1", text)), of_everything(text))


@pytest.mark.parametrize(
    "first",
    ["READONLY", "OOM", "LOADING", "MISCONF", "BUSY", "NOPERM", "CLUSTERDOWN", "MOVED", "ASK"],
)
def test_a_known_refusal_says_what_to_do(first: str) -> None:
    """
    Where, what to do, and the server's own words, which `reply` brings alone.
    """
    error = refused("redis://h:1: admit", f"{first} because")

    assert isinstance(error, StoreRefused)
    assert f"{first} because" == error.reply
    where, _, rest = str(error).partition(": admit: ")
    assert ("redis://h:1", True) == (where, len(rest) > len(f" ({first} because)"))


def test_what_is_shown_is_one_short_line_without_secrets() -> None:
    """
    No line breaks, no control characters, 200 characters, and none of our secrets.
    """
    secret = "token-0123456789"
    shown = said(f"ERR a\r\nb\x1b[31m {secret} {'x' * 900}", [secret])

    assert 203 == len(shown)
    assert shown.startswith("ERR a b?[31m [removed] xxx")
    assert shown.endswith("x...")


def test_a_secret_at_the_cut_is_gone_too() -> None:
    """
    Secrets are taken out before the text is cut, so that no half of one stays.
    """
    secret = "0123456789" * 3

    assert "0123" not in said("x" * 190 + secret, [secret])
