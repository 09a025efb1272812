"""The catalogue as the front of the house needs it: indexed once per version, names for callers."""

from attrs import evolve, frozen

from ..domain.access import Principal, is_demo
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
    """Look-ups over the snapshot in force. `demo_for_all`: the operator switched the demo on, so
    that it answers callers on other machines too."""

    def __init__(self, catalogue: Catalogue, *, demo_for_all: bool = False) -> None:
        self._catalogue = catalogue
        self._demo_for_all = demo_for_all
        self._views: _Views | None = None

    def index(self) -> Index:
        """The whole catalogue."""
        return self._fresh().whole

    def index_for(self, principal: Principal) -> Index:
        """What this principal may reach: without a key the demo and nothing else; from another
        machine everything but a demo that is on by default."""
        views = self._fresh()
        if principal.demo_only:
            return views.demo
        return views.whole if principal.local or self._demo_for_all else views.without_demo

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

    def _fresh(self) -> "_Views":
        snapshot = self._catalogue.snapshot()
        if self._views is None or self._views.snapshot is not snapshot:
            self._views = _views(snapshot)
        return self._views


@frozen
class _Views:
    snapshot: Snapshot
    whole: Index
    demo: Index
    without_demo: Index


def _views(snapshot: Snapshot) -> _Views:
    demo = tuple(provider for provider in snapshot.providers if is_demo(provider))
    others = tuple(provider for provider in snapshot.providers if not is_demo(provider))
    whole = Index.of(snapshot)
    return _Views(
        snapshot,
        whole,
        Index.of(evolve(snapshot, providers=demo, virtual_models=(), routes=())),
        Index.of(evolve(snapshot, providers=others)) if demo else whole,
    )


def _model(name: str, index: Index) -> Model:
    if name in index.virtual_models:
        return Model(name, OURSELVES)
    _, targets = index.resolve(name)
    return Model(name, targets[0].provider or OURSELVES)
