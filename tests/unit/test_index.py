"""Look-ups over one snapshot."""

import hashlib

from src.domain.catalogue import ClientKey, Provider, Snapshot, Target, VirtualModel
from src.domain.index import Index

LONG = Provider("long", "https://l.example", models=("one", "two", "one"), prefixes=("x-y-",))
SHORT = Provider("short", "https://s.example", models=("two",), prefixes=("x-",))
SAME = Provider("same", "https://q.example", prefixes=("x-y-",))
OFF = Provider("off", "https://o.example", models=("three",), prefixes=("x-y-z-",), enabled=False)


def index() -> Index:
    models = (
        VirtualModel("v", (Target("long", "one"),)),
        VirtualModel("secret", (Target("long", "one"),), hidden=True),
        VirtualModel("two", (Target("long", "one"),)),
    )
    return Index.of(Snapshot((SHORT, LONG, SAME, OFF), models))


def test_the_longest_prefix_wins_and_all_who_declare_it_serve() -> None:
    """`x-y-` is longer than `x-`, wherever it stands; two providers of it take turns."""
    why, targets = index().resolve("x-y-z-1")

    assert "prefix x-y-" == why
    assert (Target("long", "x-y-z-1"), Target("same", "x-y-z-1")) == targets


def test_a_prefix_is_no_name() -> None:
    """What only resembles a prefix leads nowhere."""
    assert ("", ()) == index().resolve("xy-1")


def test_a_declared_id_wins_over_an_address() -> None:
    """A provider that declares `a/b` is asked for it, although `a` is a provider too."""
    owner = Provider("hub", "https://h.example", models=("a/b",))
    found = Index.of(Snapshot((owner, Provider("a", "https://a.example")))).resolve("a/b")

    assert ("declared", (Target("hub", "a/b"),)) == found


def test_names_are_listed_once_virtual_ones_first() -> None:
    """Hidden models and disabled providers' are not shown; a name of both kinds is shown once."""
    assert ("v", "two", "one") == index().names()


def test_near_names_are_few_and_never_hidden() -> None:
    """At most three, and none that the caller may not see."""
    many = Provider("p", "https://p.example", models=tuple(f"model-{i}" for i in range(9)))
    hidden = VirtualModel("model-x", (Target("p", "model-1"),), hidden=True)
    near = Index.of(Snapshot((many,), (hidden,))).near("model")

    assert 3 == len(near)
    assert "model-x" not in near


def test_a_disabled_client_key_is_not_found() -> None:
    """Only enabled keys are indexed, by digest."""
    on, off = (hashlib.sha256(name).digest() for name in (b"on", b"off"))
    keys = (ClientKey("a", on), ClientKey("b", off, enabled=False))

    assert [on] == list(Index.of(Snapshot(client_keys=keys)).client_keys)
