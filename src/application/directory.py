"""The catalogue as the front of the house needs it: indexed once per version, names for callers."""

from attrs import evolve, frozen

from ..domain.access import DEMO, Principal
from ..domain.catalogue import Snapshot
from ..domain.errors import ModelNotFound
from ..domain.index import Index
from ..domain.ports import Catalogue

#: The owner that a virtual model shows: it belongs to nobody else.
OURSELVES = "airelay"


@frozen
class Model:
    """A name that answers, and who answers to it."""

    id: str
    owner: str


class Directory:
    """Look-ups over the snapshot in force."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._indexed: tuple[Snapshot, Index, Index] | None = None

    def index(self) -> Index:
        """The whole catalogue."""
        return self._fresh()[1]

    def index_for(self, principal: Principal) -> Index:
        """What this principal may reach: without a key, the demo provider and nothing else."""
        _, whole, demo = self._fresh()
        return demo if principal.demo_only else whole

    def models(self, principal: Principal) -> tuple[Model, ...]:
        """What `/v1/models` lists."""
        index = self.index_for(principal)
        return tuple(_model(name, index) for name in index.names())

    def model(self, name: str, principal: Principal) -> Model:
        """One name, listed or not. Raises ModelNotFound, with near names."""
        index = self.index_for(principal)
        if name in index.virtual_models or index.resolve(name)[1]:
            return _model(name, index)
        near = index.near(name)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise ModelNotFound(f"The model '{name[:200]}' is not known here.{hint}", param="model")

    def _fresh(self) -> tuple[Snapshot, Index, Index]:
        snapshot = self._catalogue.snapshot()
        if self._indexed is None or self._indexed[0] is not snapshot:
            self._indexed = (snapshot, Index.of(snapshot), Index.of(_demo_of(snapshot)))
        return self._indexed


def _demo_of(snapshot: Snapshot) -> Snapshot:
    demo = tuple(provider for provider in snapshot.providers if provider.name == DEMO)
    return evolve(snapshot, providers=demo, virtual_models=(), routes=())


def _model(name: str, index: Index) -> Model:
    if name in index.virtual_models:
        return Model(name, OURSELVES)
    _, targets = index.resolve(name)
    return Model(name, targets[0].provider or OURSELVES)
