"""Where the configuration file may be, and what a file that cannot be read is called."""

import base64
from pathlib import Path

import pytest

from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings, load


def inline(text: str, folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), "RELAY_CONFIG": text + "\n", **environ}, folder)


def mistakes(text: str, folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        inline(text, folder, **environ)
    return [f"{p.path}: {p.what}" for p in caught.value.problems]


TOML = '[providers.a]\nbase_url = "https://a.example/v1"\n'


YAML = "providers:\n  a:\n    base_url: https://a.example/v1\n"


JSON = '{"providers": {"a": {"base_url": "https://a.example/v1"}}}'


NAMED = {"relay.toml": TOML, "relay.yaml": YAML, "relay.yml": YAML, "relay.json": JSON}


@pytest.mark.parametrize("name", NAMED)
def test_each_file_name_is_found_in_the_folder(name: str, tmp_path: Path) -> None:
    """
    relay.toml, .yaml, .yml and .json are read from the folder, each in its grammar.
    """
    (tmp_path / name).write_text(NAMED[name])

    settings = load({}, tmp_path)

    assert str(tmp_path / name) == settings.source
    assert ["a"] == [p.name for p in settings.snapshot.providers]


@pytest.mark.parametrize("text", [TOML, YAML, JSON, f"# first\n\n{YAML}", f"# first\n{TOML}"])
@pytest.mark.parametrize("packed", ["plain", "base64", "wrapped", "url-safe"])
def test_the_variable_may_hold_the_document(text: str, packed: str, tmp_path: Path) -> None:
    """
    RELAY_CONFIG holds any of the grammars, plain or in base64 (both alphabets, wrapped or not).
    """
    raw = text.encode()
    forms = {
        "plain": text,
        "base64": base64.b64encode(raw).decode(),
        "wrapped": base64.encodebytes(raw).decode(),
        "url-safe": base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }

    settings = load({"RELAY_CONFIG": forms[packed]}, tmp_path)

    assert ("RELAY_CONFIG", "a") == (settings.source, settings.snapshot.providers[0].name)


def test_the_variable_may_name_a_file(tmp_path: Path) -> None:
    """
    RELAY_CONFIG names a file, also relative to the folder, and the folder's own is then not read.
    """
    (tmp_path / "relay.toml").write_text("broken = ")
    (tmp_path / "other.conf").write_text(YAML)

    assert str(tmp_path / "other.conf") == load({"RELAY_CONFIG": "other.conf"}, tmp_path).source


def test_a_file_named_by_the_caller_is_the_one(tmp_path: Path) -> None:
    """
    An explicit file beats the variable and the folder.
    """
    (tmp_path / "relay.toml").write_text("broken = ")
    (tmp_path / "mine.toml").write_text(TOML)

    found = load({"RELAY_CONFIG": "{"}, tmp_path, Path("mine.toml"))

    assert str(tmp_path / "mine.toml") == found.source


@pytest.mark.parametrize("name", ["relay.toml", "relay.yaml"])
def test_a_file_of_comments_is_no_mistake(name: str, tmp_path: Path) -> None:
    """
    Nothing but comments means nothing but defaults.
    """
    (tmp_path / name).write_text("# later\n")

    assert 8787 == load({}, tmp_path).port


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """
    Editors of Windows begin a file with one.
    """
    (tmp_path / "relay.toml").write_bytes(b"\xef\xbb\xbf[server]\nport = 9\n")

    assert 9 == load({}, tmp_path).port


def test_the_originals_variable_names_the_file_too(tmp_path: Path) -> None:
    """
    RELAY_CONFIG_PATH is read where RELAY_CONFIG is not set.
    """
    (tmp_path / "a.toml").write_text("[server]\nport = 9\n")
    (tmp_path / "b.toml").write_text("[server]\nport = 8\n")

    assert 9 == load({"RELAY_CONFIG_PATH": "a.toml"}, tmp_path).port
    assert 8 == load({"RELAY_CONFIG_PATH": "a.toml", "RELAY_CONFIG": "b.toml"}, tmp_path).port


def test_two_files_are_an_error(tmp_path: Path) -> None:
    """
    Two configuration files side by side are refused, both named.
    """
    (tmp_path / "relay.toml").write_text(TOML)
    (tmp_path / "relay.yaml").write_text(YAML)

    with pytest.raises(ConfigurationError, match=r"relay\.toml and relay\.yaml"):
        load({}, tmp_path)


UNREADABLE = {
    "bad toml": ("a.toml", b"a = [1,\n", "is not TOML"),
    "twice in toml": ("a.toml", b"a = 1\na = 2\n", "is not TOML"),
    "bad json": ("a.json", b'{"a": }', "line 1, column 7"),
    "twice in json": ("a.json", b'{"a": 1, "a": 2}', "'a' is there twice"),
    "bad yaml": ("a.yaml", b"a: [1\nb: 2\n", "line 2, column 2"),
    "twice in yaml": (
        "a.yaml",
        b"routes: []\nroutes: []\n",
        "is there twice (at line 2, column 1)",
    ),
    "yaml tag": ("a.yaml", b"a: !!set {x}\n", "tags have no use here"),
    "yaml object": ("a.yaml", b"a: !!python/object/apply:os.getcwd []\n", "tags have no use here"),
    "yaml date": ("a.yaml", b"longest_pause: 2024-99-99\n", "number or a date"),
    "yaml list as key": ("a.yaml", b"? [a]\n: b\n", "is not YAML"),
    "yaml control": ("a.yaml", b"a: \x01\n", "characters YAML forbids"),
    "not utf-8": ("a.toml", b"a = '\xff'", "is not UTF-8"),
    "utf-16": ("a.toml", "a = 1".encode("utf-16"), "is not UTF-8"),
    "too deep": ("a.json", b"[" * 100_000, "nested too deeply"),
    "deeper than any": ("a.json", b'{"routes": ' + b"[" * 40 + b"]" * 40 + b"}", "repeats itself"),
    "too deep in toml": ("a.toml", b"a = " + b"[" * 50_000, "is n"),
    "too large": ("a.toml", b"#" * (1 << 20) + b"\n", "larger than 1 MiB"),
    "huge number": ("a.json", b'{"longest_pause": ' + b"9" * 5000 + b"}", "number"),
    "infinity": ("a.toml", b"longest_pause = inf", "is a date or no number"),
    "nan in json": ("a.json", b'{"longest_pause": NaN}', "is a date or no number"),
    "date in toml": ("a.toml", b"longest_pause = 2024-01-01", "is a date or no number"),
    "number as key": ("a.yaml", b"providers: {1: {}}", "which is no text"),
    "yaml that holds itself": ("a.yaml", b"routes: &a [*a]\n", "nested too deeply"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_with_its_place(name: str, tmp_path: Path) -> None:
    """
    A file that breaks its grammar, or says what JSON cannot, is one problem in plain words.
    """
    file, raw, words = UNREADABLE[name]
    (tmp_path / file).write_bytes(raw)

    with pytest.raises(ConfigurationError) as caught:
        load({}, tmp_path, Path(file))

    assert 1 == len(caught.value.problems)
    assert words in str(caught.value)


def test_yaml_aliases_cannot_swell(tmp_path: Path) -> None:
    """
    Aliases of aliases of aliases end at a bound, not in memory.
    """
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, 12):
        aliases = ", ".join([f"*a{i - 1}"] * 10)
        lines.append(f"a{i}: &a{i} [{aliases}]")

    assert [
        "nested too deeply or repeats itself too often" in x
        for x in mistakes("\n".join(lines), tmp_path)
    ] == [True]


@pytest.mark.parametrize("said", ["missing.toml", "/etc/passwd/x.toml", "a\x00b", "hello"])
def test_a_file_that_is_not_there_is_a_problem(said: str, tmp_path: Path) -> None:
    """
    RELAY_CONFIG that is neither a file nor a document is refused.
    """
    with pytest.raises(ConfigurationError, match="RELAY_CONFIG"):
        load({"RELAY_CONFIG": said}, tmp_path)
