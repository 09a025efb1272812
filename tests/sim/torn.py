"""Streams that go wrong: each takes the events of a good stream and spoils them in one way."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

from attrs import evolve

from . import answers
from .answers import Frame
from .script import End, Piece, Script, cut, joined

if TYPE_CHECKING:
    from .faults import Scene
