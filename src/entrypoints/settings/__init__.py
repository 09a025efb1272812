"""Configuration: `load` reads built-in facts, one file and the environment into `Settings`."""

from .load import load
from .values import Settings, Store

__all__ = ["Settings", "Store", "load"]
