"""A Dockerfile, read and carried out without an engine: its paths are folders below one of ours,
and its base image is a fresh virtual environment."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from string import Template

from attrs import define, field, frozen

#: What a shell has anyway; and how this machine reaches its package index.
KEPT = ("LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
SECONDS = 300


@frozen
class Step:
    """One instruction: its word in capitals, and the rest of it on one line."""

    word: str
    rest: str


@frozen
class Stage:
    """From one FROM to the next."""

    base: str
    name: str
    steps: tuple[Step, ...]

    def all(self, word: str) -> list[str]:
        return [step.rest for step in self.steps if step.word == word]

    def last(self, word: str) -> str:
        return self.all(word)[-1]

    def exec(self, word: str) -> list[str]:
        """An instruction in exec form."""
        found: list[str] = json.loads(self.last(word))
        return found

    @property
    def check(self) -> list[str]:
        """The command of HEALTHCHECK, in exec form."""
        found: list[str] = json.loads(self.last("HEALTHCHECK").partition("CMD")[2])
        return found


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile; comments are left out, lines that go on are joined."""
    found: list[Stage] = []
    for step in _steps(text):
        if step.word == "FROM":
            base, _, name = step.rest.partition(" AS ")
            found.append(Stage(base, name, ()))
        else:
            last = found.pop()
            found.append(Stage(last.base, last.name, (*last.steps, step)))
    return found


def _steps(text: str) -> Iterator[Step]:
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", " ", kept).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield Step(word.upper(), rest.strip())


@define
class Image:
    """What came of it: `/app` of the image is `root/app`."""

    root: Path
    base: Path
    environ: dict[str, str] = field(factory=dict)
    workdir: str = "/"

    def path(self, name: str) -> Path:
        """Where that path of the image is."""
        absolute = PurePosixPath(self.workdir) / name
        return self.root / absolute.relative_to("/")

    def ours(self, text: str) -> str:
        """The image's own folders named as they are here; those of the system stay."""
        return re.sub(r"(?<![\w.:/-])/(app|data|config)\b", rf"{self.root}/\1", text)

    def run(self, command: list[str], **environ: str) -> "subprocess.Popen[str]":
        """As the container would: in its folder, with its variables, and these."""
        folder = self.path(".")
        return subprocess.Popen(
            [self.ours(word) for word in command],
            cwd=folder,
            env={**self._environment(), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def shell(self, command: str) -> None:
        """RUN. Raises AssertionError with what it said."""
        folder = self.path(".")
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["/bin/sh", "-c", self.ours(command)],
            cwd=folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert 0 == done.returncode, done.stdout + done.stderr

    def set(self, pairs: str) -> None:
        """ENV."""
        for pair in shlex.split(pairs):
            name, _, value = pair.partition("=")
            self.environ[name] = Template(self.ours(value)).substitute(self._environment())

    def _environment(self) -> dict[str, str]:
        system = {
            name: value
            for name, value in os.environ.items()
            if name in KEPT or name.startswith("PIP_")
        }
        paths = f"{self.base}/bin:/usr/bin:/bin"
        return {"PATH": paths, "HOME": str(self.root), **system, **self.environ}


def built(text: str, context: Path, folder: Path) -> Image:
    """The last stage, carried out below `folder`."""
    base = folder / "base"
    subprocess.run([sys.executable, "-m", "venv", base], check=True, timeout=SECONDS)
    root = folder / "root"
    made: dict[str, Path] = {}
    ignored = (context / ".dockerignore").read_text("utf-8").split("\n")
    for stage in stages(text):
        # Each stage at the same place: what is written into files holds for the next one too.
        image = Image(root, base)
        root.mkdir()
        for step in stage.steps:
            _carry_out(step, image, context, made, ignored)
        if stage.name:
            made[stage.name] = root.rename(folder / stage.name)
    return image


def _carry_out(
    step: Step, image: Image, context: Path, made: dict[str, Path], ignored: list[str]
) -> None:
    match step.word:
        case "WORKDIR":
            image.workdir = step.rest
            image.path(".").mkdir(parents=True, exist_ok=True)
        case "ENV":
            image.set(step.rest)
        case "RUN":
            image.shell(step.rest)
        case "COPY":
            *options, source, target = step.rest.split()
            stage = next((o.partition("=")[2] for o in options if o.startswith("--from=")), "")
            if not stage:
                assert _sent(source, ignored), f"{source} is kept out by .dockerignore"
            _copy((made[stage] if stage else context) / source.lstrip("/"), source, target, image)


def _sent(source: str, ignored: list[str]) -> bool:
    """Is it in what the engine is sent? The last line that fits decides."""
    name, sent = source.strip("/"), True
    for line in ignored:
        if line and not line.startswith("#") and fnmatch(name, line.lstrip("!")):
            sent = line.startswith("!")
    return sent


def _copy(found: Path, source: str, target: str, image: Image) -> None:
    """A folder's content, or a file into a folder."""
    to = image.path(target)
    if found.is_dir():
        skip = shutil.ignore_patterns("__pycache__")
        ignore = None if image.root in found.parents else skip
        shutil.copytree(found, to, symlinks=True, dirs_exist_ok=True, ignore=ignore)
        return
    to.mkdir(parents=True, exist_ok=True)
    shutil.copy2(found, to)
