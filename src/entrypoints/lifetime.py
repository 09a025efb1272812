"""What is to be done before the first request and after the last one."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Protocol

from ..domain.errors import StoreUnavailable
from ..domain.events import StoreFailed
from ..domain.ports import Observer

Step = Callable[[], Awaitable[None]]


class Loads(Protocol):
    """A catalogue that has to be read first. Raises StoreUnavailable."""

    async def load(self) -> object: ...


def telling(observer: Observer) -> Callable[[], None]:
    """Says that the books are no longer what they were."""

    def tell() -> None:
        said = "The file was deleted or replaced while the relay ran; a new one is kept from here."
        observer.note(StoreFailed("file", said))

    return tell


async def nothing() -> None:
    """Nothing is to be done."""


def in_turn(*steps: Step) -> Step:
    """One step after the other."""

    async def all_of_them() -> None:
        async with AsyncExitStack() as stack:  # one that fails keeps no other from its turn
            for step in reversed(steps):
                stack.push_async_callback(step)

    return all_of_them


def loading(catalogue: Loads, observer: Observer) -> Step:
    """Reads what was saved; without it what was configured is in force, and it is said."""

    async def load() -> None:
        try:
            await catalogue.load()
        except StoreUnavailable as error:
            observer.note(StoreFailed("load", str(error)))

    return load
