"""What a deployment lacks, from its variables alone."""

from pathlib import Path

import pytest

from src.domain.setup import Lack, sentence, why_off
from src.entrypoints.settings import Settings, load

CLIENTS, OPERATOR, SIGNING = (f"{name}-0f8c9e2b7a6d5f4e3c2b" for name in ("cli", "adm", "sig"))
THREE = {
    "RELAY_API_KEY": CLIENTS,
    "RELAY_ADMIN_KEY": OPERATOR,
    "RELAY_SIGNING_SECRET": SIGNING,
    "OPENAI_API_KEY": "sk-one",
}


def read(folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), **THREE, **environ}, folder)


@pytest.mark.parametrize(
    ("environ", "lacks"),
    [
        ({}, []),
        ({"RELAY_API_KEY": ""}, [Lack("clients", "RELAY_API_KEY")]),
        ({"RELAY_API_KEY": "short"}, [Lack("clients", "RELAY_API_KEY", "weak")]),
        ({"RELAY_ADMIN_KEY": ""}, [Lack("admin", "RELAY_ADMIN_KEY")]),
        ({"RELAY_ADMIN_KEY": "short"}, [Lack("admin", "RELAY_ADMIN_KEY", "weak")]),
        (
            {"RELAY_ADMIN_KEY": CLIENTS},
            [Lack("admin", "RELAY_ADMIN_KEY", "same", "RELAY_API_KEY")],
        ),
        (
            {"RELAY_API_KEY": f"{CLIENTS}, {OPERATOR}"},
            [Lack("admin", "RELAY_ADMIN_KEY", "same", "RELAY_API_KEY")],
        ),
        ({"RELAY_SIGNING_SECRET": ""}, [Lack("signing", "RELAY_SIGNING_SECRET")]),
        (
            {"RELAY_SIGNING_SECRET": f" {OPERATOR} "},
            [Lack("signing", "RELAY_SIGNING_SECRET", "same", "RELAY_ADMIN_KEY")],
        ),
        ({"OPENAI_API_KEY": ""}, [Lack("provider", "OPENAI_API_KEY")]),
        ({"VERCEL": "1"}, [Lack("store", "KV_REST_API_URL")]),
    ],
)
def test_what_is_lacking(environ: dict[str, str], lacks: list[Lack], tmp_path: Path) -> None:
    """
    What is missing, weak, or equal to another, with the name of the variable.
    """
    assert lacks == list(read(tmp_path, **environ).lacks)


@pytest.mark.parametrize("value", ["", "short", CLIENTS])
def test_what_is_lacking_is_not_used(value: str, tmp_path: Path) -> None:
    """
    Neither a weak secret nor one that clients have opens anything; the client's key goes on.
    """
    found = read(tmp_path, RELAY_ADMIN_KEY=value, RELAY_SIGNING_SECRET=value, CRON_SECRET="x")

    assert (None, None, None) == (found.admin_key, found.signing_secret, found.cron_secret)
    assert 1 == len(found.snapshot.client_keys)


def test_it_is_said_with_its_mend() -> None:
    """
    The variable, what is wrong, and what to set; never its value.
    """
    same = Lack("admin", "RELAY_ADMIN_KEY", "same", "RELAY_API_KEY")

    assert sentence(same).startswith("RELAY_ADMIN_KEY is the same as RELAY_API_KEY: ")
    assert "openssl rand -hex 24" in sentence(same)
    assert sentence(same) == why_off("admin", [Lack("clients", "RELAY_API_KEY"), same])
    assert why_off("signing", [same]) is None
