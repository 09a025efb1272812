"""The rules of the house that no linter knows."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
EVERYTHING = sorted(
    path
    for folder in ("src", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "__init__.py"
)
MOST_LINES, MOST_LINES_IN_A_FUNCTION, USUAL_FUNCTION = 250, 40, 12
#: The domain is given time, chance and identity; it never asks for them.
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "uuid4", "urandom", "token_hex"}
STANDARD = {"datetime", "date", "time", "random", "os", "uuid", "secrets"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", EVERYTHING, ids=name)
def test_a_file_is_one_room(path: Path) -> None:
    """No file has more than 250 lines, no function more than 40."""
    text = path.read_text("utf-8")
    functions = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [f.name for f in functions if lines(f) > MOST_LINES_IN_A_FUNCTION]

    assert len(text.splitlines()) <= MOST_LINES
    assert [] == long


def test_most_functions_are_short() -> None:
    """Half of the functions under src have a dozen lines or fewer."""
    sizes = sorted(
        lines(node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )

    assert sizes[len(sizes) // 2] <= USUAL_FUNCTION


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_package_does_not_know_its_own_name(path: Path) -> None:
    """Nothing under src imports `src` or `airelay`: the wheel gives it another name."""
    tree = ast.parse(path.read_text("utf-8"))
    absolute = [
        module
        for node in ast.walk(tree)
        for module in imported(node)
        if module.split(".")[0] in ("src", "airelay")
    ]

    assert [] == absolute


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """Every module begins with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "src/domain").rglob("*.py")), ids=name)
def test_the_domain_never_asks_what_time_it_is(path: Path) -> None:
    """The domain calls no clock, no dice of its own and no identity; and awaits nothing."""
    tree = ast.parse(path.read_text("utf-8"))
    calls = [
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in STANDARD
        and node.func.attr in CLOCKS
    ]
    # The ports only declare what is awaited elsewhere.
    awaits = [node for node in ast.walk(tree) if isinstance(node, ast.Await)]

    assert [] == calls
    assert [] == awaits


def test_only_the_outermost_handlers_catch_everything() -> None:
    """`except Exception` stands in the two outermost handlers; elsewhere only to clean up and
    raise again."""
    catching = {
        name(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and not isinstance(node.body[-1], ast.Raise)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    }

    assert {"src/adapters/http/gate.py", "src/adapters/http/handlers/chat.py"} == catching


def test_the_ports_are_nine() -> None:
    """A tenth port needs a decision record."""
    tree = ast.parse((ROOT / "src/domain/ports.py").read_text("utf-8"))
    ports = {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
    } - {"Reply"}  # what Upstream.open gives

    assert {
        "Clock",
        "Catalogue",
        "Ledger",
        "Journal",
        "Leases",
        "Vault",
        "Upstream",
        "Notifier",
        "Observer",
    } == ports


def test_the_locks_name_no_host() -> None:
    """The lock files pin by hash and say nothing of where packages come from."""
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text("utf-8")

        assert "://" not in text
        assert "--index-url" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def test_no_document_tells_people_to_install_somebody_elses_package() -> None:
    """The package index's `ai-relay` is not ours: nothing says to install it."""
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        assert "pip install ai-relay" not in path.read_text("utf-8")


def test_nothing_that_is_ignored_is_tracked() -> None:
    """No tracked file is one that .gitignore keeps out."""
    tracked = subprocess.run(
        ["git", "ls-files", "-ci", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "" == tracked.stdout


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []
