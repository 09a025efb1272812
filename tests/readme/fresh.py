"""A fresh copy of this repository on a machine with an empty home."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
#: The set-up downloads what the lock names.
SET_UP_SECONDS = 240.0
#: What a shell has anyway; and how this machine reaches its package index.
KEPT = ("PATH", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@frozen
class Copy:
    """A copy of the tree, the environment to run its commands in, and the port it is served on."""

    folder: Path
    environ: dict[str, str]
    port: int

    def shell(self, command: str) -> str:
        """What a command of the README prints; its port is ours."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.ours(command)],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=SET_UP_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ours(self, text: str) -> str:
        return text.replace("127.0.0.1:8787", f"127.0.0.1:{self.port}")


def fresh_copy(folder: Path) -> Copy:
    """Every file that git knows or would add, as it stands, and a home with nothing in it."""
    home = folder / "home"
    home.mkdir()
    tree = folder / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, tree / name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    environ = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(("PIP_", "PYENV_"))
    }
    return Copy(tree, {**environ, "HOME": str(home), "RELAY_PORT": str(port)}, port)


@contextmanager
def running(copy: Copy, command: str) -> Iterator[None]:
    """The command, in the background, until it answers on its port; ended by its process group."""
    log = copy.folder / "run.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            ["bash", "-c", command],
            cwd=copy.folder,
            env=copy.environ,
            stdout=out,
            stderr=out,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_for(copy.port, process, log)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SET_UP_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing listens: {log.read_text()}")
