"""The files that lie beside this module in the package: the schema and the examples."""

from importlib.resources import files


def packaged(name: str) -> str:
    """The text of one of them."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
