"""Tokens to money, in integers: what was used costs so much, and cannot cost more than that.

A price is in pico-USD per token: a millionth of a dollar per million tokens, so that every list
price is exact. Money is in nano-USD, rounded up once for all of a request (ADR 0018).
"""

from attrs import frozen

from .receipt import Usage

#: Pico-USD in a nano-USD, and nano-USD in a dollar.
_PICO, NANO = 1000, 10**9
#: USD 100,000 per million tokens: no list price comes near; a slip of the pen does.
MOST_PRICE = 10**11
#: USD 100,000 for one request: beyond that somebody's counts are nonsense, and sums have 63 bits.
MOST_COST = 10**14


@frozen
class Price:
    """What a token costs, in pico-USD. `cached`, `cache_write`: of the input, what was read from
    the provider's cache or written to it; None: as the rest of the input."""

    input: int
    output: int
    cached: int | None = None
    cache_write: int | None = None

    @property
    def read(self) -> int:
        """Of input that the cache had."""
        return self.input if self.cached is None else self.cached

    @property
    def written(self) -> int:
        """Of input that the cache was given."""
        return self.input if self.cache_write is None else self.cache_write

    @property
    def dearest(self) -> int:
        """Of input, however it is counted."""
        return max(self.input, self.read, self.written)


def cost(usage: Usage, price: Price) -> int:
    """Nano-USD for what was used. Cached and written tokens are part of the input, reasoning is
    part of the output; parts that are more than the whole are cut to it."""
    cached = min(usage.cached_tokens, usage.input_tokens)
    written = min(usage.cache_write_tokens, usage.input_tokens - cached)
    fresh = usage.input_tokens - cached - written
    return _nano(
        fresh * price.input
        + cached * price.read
        + written * price.written
        + usage.output_tokens * price.output
    )


def reservation(input_tokens: int, output_tokens: int, price: Price) -> int:
    """Nano-USD that so many tokens cost at most: all of the input at its dearest."""
    return _nano(input_tokens * price.dearest + output_tokens * price.output)


def usd(nano: int) -> str:
    """Dollars, to the last digit: `0.000123400`."""
    whole, rest = divmod(abs(nano), NANO)
    return f"{'-' if nano < 0 else ''}{whole}.{rest:09d}"


def _nano(pico: int) -> int:
    return min(-(-pico // _PICO), MOST_COST)
