"""Which price a model has: the operator's own, else the public one of its provider, else none."""

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from .catalogue import Provider
from .lines import Amounts
from .pricing import Price, cost, reservation
from .receipt import Usage

#: In a provider's own prices: every model that has no price.
EVERY = "*"

#: A dated snapshot, or the newest one, of the model before it: `gpt-4o-2024-08-06`,
#: `claude-sonnet-4-5-20250929`. Anything else after a name is another model: `gpt-4o-mini`.
_SNAPSHOT = re.compile(r"-(?:20[0-9]{2}-[0-9]{2}-[0-9]{2}|20[0-9]{6}|latest)\Z")


@frozen
class Prices:
    """The public prices: provider, model, price."""

    public: Mapping[str, Mapping[str, Price]] = field(factory=dict)

    def of(self, provider: Provider, model: str) -> Price | None:
        """The price of that very name, else of the model it is a snapshot of; each time the
        operator's first. None: it is not known."""
        public = self.public.get(provider.name, {})
        for name in _names(model):
            found = provider.prices.get(name) or public.get(name)
            if found is not None:
                return found
        return provider.prices.get(EVERY)

    def bound(self, targets: Iterable[tuple[Provider, str]], amounts: Amounts) -> int:
        """Nano-USD that a request costs at most, at the dearest of these targets; those whose price
        is not known count nothing."""
        known = [self.of(provider, model) for provider, model in targets]
        return max(
            (
                reservation(amounts.input_tokens, amounts.output_tokens, price)
                for price in known
                if price is not None
            ),
            default=0,
        )

    def cost(self, provider: Provider, model: str, usage: Usage | None) -> int | None:
        """Nano-USD for what was used; None where nothing is known to have been used, or the price
        is not known."""
        if usage is None:
            return None
        if not (usage.input_tokens or usage.output_tokens):
            return 0  # a count of tokens is free at every price
        price = self.of(provider, model)
        return None if price is None else cost(usage, price)


def _names(model: str) -> Iterator[str]:
    yield model
    if (date := _SNAPSHOT.search(model)) is not None:
        yield model[: date.start()]
