"""The command line, run in a folder of its own, with a stand-in for the server."""

from collections.abc import Callable

from attrs import field, mutable
from click.testing import Result

from src.entrypoints.settings import Settings

STRONG = "0f8c9e2b7a6d5f4e3c2b1a09"
YAML = """
providers:
  a: {base_url: https://a.example/v1, keys: [sk-secret-of-a], models: [m], prefixes: [m-]}
virtual_models: {fast: {targets: [a/m, m-large]}}
routes: [{name: small, priority: 3, when: {model: "m*"}, targets: [a]}]
"""

Invoke = Callable[..., Result]


@mutable
class Ran:
    """Stands in for the server: keeps what it was started with."""

    starts: list[tuple[Settings, str, int]] = field(factory=list)

    def __call__(self, settings: Settings, *, host: str, port: int) -> None:
        self.starts.append((settings, host, port))
