"""What is in the function: this tree, what the lock names, and the platform's own runtime."""

import json
import re
from pathlib import Path

from .building import BUILDER, HERE, ROOT, Built

#: The platform takes 250 MB; what is small starts soon.
MOST = 60_000_000
#: Said by the builder, besides what is locked.
RUNTIME = "vercel-runtime"


def test_it_is_small(built: Built) -> None:
    """
    Less than 60 MB, byte code and all.
    """
    size = sum(path.stat().st_size for path in built.folder.rglob("*") if path.is_file())

    print(f"\nthe function: {size / 1e6:.1f} MB")
    assert size < MOST


def test_nothing_else_is_in_it(built: Built) -> None:
    """
    The sources, the packages and the handler; of the sources exactly the files of this tree.
    """
    ours = files(built.folder / "src")

    assert {"src", "_vendor", "vc__handler__python.py"} == {p.name for p in built.folder.iterdir()}
    assert files(ROOT / "src") == ours


def test_the_packages_are_those_of_the_lock(built: Built) -> None:
    """
    Each has the version of requirements.txt, and there are no others but the platform's runtime.
    """
    names = [path.name for path in (built.folder / "_vendor").glob("*.dist-info")]
    installed = dict(map(named, names))
    runtime = installed.pop(RUNTIME)

    assert locked() == installed
    assert re.fullmatch(r"\d+\.\d+\.\d+", runtime)


def test_it_has_byte_code(built: Built) -> None:
    """
    A cold start compiles nothing of ours.
    """
    modules = {path.stem for path in (built.folder / "src/domain").glob("*.py")}
    compiled = {p.name.split(".")[0] for p in (built.folder / "src/domain").rglob("*.pyc")}

    assert set() == modules - compiled


def test_the_platform_is_told_what_vercel_json_says(built: Built) -> None:
    """
    How long it may take, and that a client that leaves is heard of.
    """
    told = json.loads(built.told.read_bytes())
    (said,) = json.loads((ROOT / "vercel.json").read_bytes())["functions"].values()

    assert said["maxDuration"] == told["maxDuration"]
    assert (True, True) == (told["supportsCancellation"], told["supportsResponseStreaming"])


def test_the_builder_is_the_locked_one() -> None:
    """
    What is installed is what package-lock.json names, and that names no host.
    """
    lock = json.loads((HERE / "builder/package-lock.json").read_bytes())["packages"]
    root = lock.pop("")
    installed = {
        name: json.loads((BUILDER / name / "package.json").read_bytes())["version"] for name in lock
    }

    assert {name: package["version"] for name, package in lock.items()} == installed
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", said) for said in root["dependencies"].values())
    assert [] == [name for name, package in lock.items() if "resolved" in package]
    assert [] == [name for name, package in lock.items() if not package.get("integrity")]


def files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def named(folder: str) -> tuple[str, str]:
    """`python_dotenv-1.2.4.dist-info` as the lock writes it."""
    name, _, version = folder.removesuffix(".dist-info").partition("-")
    return name.replace("_", "-").lower(), version


def locked() -> dict[str, str]:
    """By name; what is for Windows alone is not there."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    found = [re.match(r"([a-z0-9-]+)==([^ ;]+)( ;.*win32')?", line) for line in lines]
    return {one[1]: one[2] for one in found if one and not one[3]}
