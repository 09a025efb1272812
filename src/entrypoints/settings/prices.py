"""Prices as people write them, in USD per million tokens; and the public ones of the package."""

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

import msgspec

from ...domain.catalogue import Snapshot
from ...domain.errors import Problem
from ...domain.prices import Prices
from ...domain.pricing import Price
from .packaged import packaged
from .paths import under
from .records import PriceRecord
from .values import UnknownPrice

#: So many models are named in a notice; the others are counted.
_NAMED = 5


@cache
def public() -> Prices:
    """What the package knows, from prices.toml."""
    found = msgspec.convert(tomllib.loads(packaged("prices.toml")), dict[str, _Listed])
    return Prices(
        {
            name: {model: _price(each) for model, each in listed.models.items()}
            for name, listed in found.items()
        }
    )


def own(path: str, said: Mapping[str, PriceRecord], faults: list[Problem]) -> dict[str, Price]:
    """The operator's prices of a provider. What is finer than a price can be is a fault."""
    for model, record in said.items():
        for part in record.__struct_fields__:
            if (each := getattr(record, part)) is not None and _pico(each) % 1:
                mend = "Prices are in USD per million tokens."
                where = under(under(f"{path}.prices", model), part)
                faults.append(Problem(where, "has more than six decimals.", mend))
    return {model: _price(record) for model, record in said.items()}


def notices(snapshot: Snapshot, unknown: UnknownPrice) -> Iterator[str]:
    """What limits on cost make of models without a price, where there are both."""
    if not any(limit.metric == "cost" and limit.mode != "off" for limit in snapshot.limits):
        return
    names = sorted(_unpriced(snapshot))
    if names:
        named = ", ".join(f"`{name}`" for name in names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        does = "refuse them" if unknown == "refuse" else "count them as 0"
        yield f"No price is known for {named}{more}: limits on cost {does}. Give them `prices`."


def _unpriced(snapshot: Snapshot) -> Iterator[str]:
    """Models that are declared or named in a plan."""
    providers = {each.name: each for each in snapshot.providers if each.enabled}
    chains = [model.targets for model in snapshot.virtual_models]
    chains += [route.targets for route in snapshot.routes]
    named = {(t.provider, t.model) for chain in chains for t in chain if t.provider}
    named |= {(name, model) for name, each in providers.items() for model in each.models}
    for name, model in named:
        if name in providers and model and public().of(providers[name], model) is None:
            yield f"{name}/{model}"


def _price(record: PriceRecord) -> Price:
    return Price(
        input=int(_pico(record.input)),
        output=int(_pico(record.output)),
        cached=None if record.cached is None else int(_pico(record.cached)),
        cache_write=None if record.cache_write is None else int(_pico(record.cache_write)),
    )


def _pico(usd: float) -> Decimal:
    """Pico-USD per token, which is USD per million tokens with six decimals. The shortest text of
    a float is what was written, up to 15 digits; a price has 12."""
    return Decimal(repr(usd)) * 10**6


class _Listed(msgspec.Struct, frozen=True):
    date: datetime.date
    source: str
    models: dict[str, PriceRecord]
