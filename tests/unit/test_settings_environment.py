"""The plain variables: what they set, which source wins, what cannot be used."""

from pathlib import Path

import pytest

from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.folders import data_dir

STRONG = "0f8c9e2b7a6d5f4e3c2b1a09"


OTHER = "c51d77aa0be2449f83aa6e10"


def read(folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), **environ}, folder)


def faults(folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, **environ)
    return [problem.path for problem in caught.value.problems]


def test_the_defaults(tmp_path: Path) -> None:
    """
    Without anything there is a loopback address, 20 MiB, UTC, no secret, and the demo.
    """
    found = read(tmp_path)

    assert ("127.0.0.1", 8787, 20 << 20) == (found.host, found.port, found.max_body_bytes)
    assert ("relay", "UTC", "local", 0.25, "auto") == (
        found.namespace,
        found.timezone,
        found.on_store_down,
        found.store_seconds,
        found.log,
    )
    assert (None, None, False, "", ()) == (
        found.admin_key,
        found.signing_secret,
        found.on_vercel,
        found.source,
        found.notices,
    )
    assert ["demo"] == [provider.name for provider in found.snapshot.providers]


def test_plain_values(tmp_path: Path) -> None:
    """
    Each plain variable reaches its setting, white space stripped.
    """
    found = read(
        tmp_path,
        RELAY_HOST=" 0.0.0.0 ",
        RELAY_PORT="9000",
        PORT="9001",
        RELAY_MAX_REQUEST_BYTES="1048576",
        RELAY_NAMESPACE="team-1",
        RELAY_TIMEZONE="Asia/Shanghai",
        RELAY_ON_STORE_DOWN="Closed",
        RELAY_STORE_DEADLINE_MS="800",
        RELAY_LOG="json",
        RELAY_DEMO="0",
        VERCEL="1",
        RELAY_ADMIN_KEY=STRONG,
        RELAY_SIGNING_SECRET=f" {OTHER}\n",
    )

    assert ("0.0.0.0", 9000, 1 << 20) == (found.host, found.port, found.max_body_bytes)
    assert ("team-1", "Asia/Shanghai", "closed", 0.8) == (
        found.namespace,
        found.timezone,
        found.on_store_down,
        found.store_seconds,
    )
    assert ("json", "off", True) == (found.log, found.demo, found.on_vercel)
    assert (STRONG, OTHER) == (found.admin_key, found.signing_secret)
    assert () == found.snapshot.providers
    assert STRONG not in repr(found) and OTHER not in repr(found)


def test_scalars_the_highest_source_wins(tmp_path: Path) -> None:
    """
    Environment over `.env` over file over default, value by value.
    """
    (tmp_path / "relay.toml").write_text(
        '[server]\nhost = "10.0.0.1"\nport = 1001\nmax_body_bytes = 2048\n'
    )
    (tmp_path / ".env").write_text("RELAY_PORT=1002\nRELAY_HOST=10.0.0.2\n")

    found = read(tmp_path, RELAY_PORT="1003")

    assert ("10.0.0.2", 1003, 2048) == (found.host, found.port, found.max_body_bytes)


def test_the_platforms_port_is_honoured(tmp_path: Path) -> None:
    """
    PORT counts where RELAY_PORT is not set.
    """
    assert 5000 == read(tmp_path, PORT="5000").port


def test_dot_env_is_taken_as_it_stands(tmp_path: Path) -> None:
    """
    Quotes and comments are understood; a dollar sign in a secret stays one.
    """
    (tmp_path / ".env").write_text(
        'OPENAI_API_KEY="sk-$HOME-${X}" # mine\nexport DEEPSEEK_API_KEY=sk-b\nEMPTY\n'
    )

    keys = [p.keys[0].secret for p in read(tmp_path).snapshot.providers]

    assert ["sk-$HOME-${X}", "sk-b"] == keys


WRONG = {
    "RELAY_PORT": ["0", "65536", "http", "-1", "1.5", "٣", "9" * 5000],
    "PORT": ["x"],
    "RELAY_MAX_REQUEST_BYTES": ["lots", "-5"],
    "RELAY_UPSTREAM_TIMEOUT_MS": ["soon", "1e3"],
    "RELAY_DAILY_LIMIT": ["many"],
    "RELAY_MONTHLY_LIMIT": ["-1"],
    "RELAY_TIMEZONE": ["Mars", "Europe", "../../etc/passwd", "UTC\x00"],
    "RELAY_ON_STORE_DOWN": ["panic"],
    "RELAY_STORE_DEADLINE_MS": ["0", "6000", "a while", "2.5"],
    "RELAY_LOG": ["xml"],
    "RELAY_DEMO": ["perhaps"],
    "RELAY_NAMESPACE": ["a b", "a:b", "x" * 65],
    "OPENAI_BASE_URL": ["api.openai.com/v1", "ftp://a", "https://u:p@a.example"],
    "OPENAI_API_KEY": ["sk-a b", "sk-\x00", "sk-日本"],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in WRONG.items() for v in vs])
def test_a_value_that_cannot_be_used_is_a_problem(name: str, value: str, tmp_path: Path) -> None:
    """
    A wrong value is one problem, at the variable's name.
    """
    assert [name] == faults(tmp_path, **{name: value})


def test_every_wrong_value_is_said_at_once(tmp_path: Path) -> None:
    """
    One bad variable does not hide another.
    """
    found = faults(tmp_path, RELAY_PORT="x", RELAY_LOG="y", RELAY_NAMESPACE="z z")

    assert ["RELAY_LOG", "RELAY_NAMESPACE", "RELAY_PORT"] == sorted(found)


FOLDERS = {
    "said": ("linux", {"RELAY_DATA_DIR": "/srv/data", "HOME": "/h"}, "/srv/data"),
    "said from home": ("linux", {"RELAY_DATA_DIR": "~/data", "HOME": "/h"}, "/h/data"),
    "said relative": ("linux", {"RELAY_DATA_DIR": "data", "HOME": "/h"}, "/here/data"),
    "linux": ("linux", {"HOME": "/h"}, "/h/.local/share/airelay"),
    "xdg": ("linux", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/airelay"),
    "xdg relative": ("linux", {"HOME": "/h", "XDG_DATA_HOME": "x"}, "/h/.local/share/airelay"),
    "mac": ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/airelay"),
    "windows": ("win32", {"LOCALAPPDATA": "/l", "HOME": "/h"}, "/l/airelay"),
    "windows without": ("win32", {"USERPROFILE": "/u"}, "/u/AppData/Local/airelay"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_the_data_folder_of_each_platform(name: str) -> None:
    """
    Data lives where the platform keeps a user's data, or where RELAY_DATA_DIR says.
    """
    platform, environ, expected = FOLDERS[name]

    assert Path(expected) == data_dir(environ, Path("/here"), platform=platform)


def test_loading_creates_nothing(tmp_path: Path) -> None:
    """
    Reading the configuration writes no file and makes no folder.
    """
    read(tmp_path)

    assert [] == list(tmp_path.iterdir())
