"""What the relay really has, for whoever checks files that name it."""

from pathlib import Path

import click

from src.adapters.http.routes import ROUTES
from src.adapters.stores.sqlite.database import LONGEST_CLOSING
from src.application.outbox import CLOSE_SECONDS
from src.entrypoints.cli import cli
from src.entrypoints.server import LAST_WORDS
from src.entrypoints.settings.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PORT = 8787
#: Seconds from the end of the grace to the end of the process, at most.
AFTER_GRACE = LAST_WORDS + CLOSE_SECONDS + LONGEST_CLOSING
PATHS = frozenset(route.path for route in ROUTES if route.method == "GET")
HONOURED = frozenset(variable.name for variable in VARIABLES if variable.role == "honoured")
OPTIONS = frozenset(
    name
    for option in cli.commands["serve"].params
    if isinstance(option, click.Option)
    for name in option.opts
)
