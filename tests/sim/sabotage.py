"""How a bug is planted: classes of the application, or of the store, swapped for worse ones."""

from collections.abc import Callable

from attrs import frozen
from dependency_injector import providers

from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.domain.ports import Clock
from src.entrypoints.container import Container


@frozen
class Sabotage:
    """`parts`: by the container's name for it, the class in the place of the good one."""

    law: str
    parts: tuple[tuple[str, type], ...] = ()
    ledger: Callable[[Clock], MemoryLedger] = MemoryLedger
    leases: Callable[[Clock], MemoryLeases] = MemoryLeases

    def plant(self, container: Container) -> None:
        """The arguments stay."""
        for name, kind in self.parts:
            part = getattr(container, name)
            assert isinstance(part, providers.Singleton)
            part.set_provides(kind)
