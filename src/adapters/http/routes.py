"""The one route table: what there is, who may use it, and which part of the house answers.

The gate, Quart's rules, and later the OpenAPI document and the policy matrix all come from here.
"""

from typing import Literal

from attrs import frozen

from ...domain.errors import MethodNotAllowed, PathNotFound

Policy = Literal["public", "client", "operator"]
#: `gate`: our own ASGI callable, for what carries traffic; `quart`: everything else.
Served = Literal["gate", "quart"]


@frozen
class Route:
    """`path` is exact; one that ends in `/*` takes the rest, slashes and all, as its argument."""

    method: str
    path: str
    handler: str
    policy: Policy
    served: Served


@frozen
class Match:
    """A route that fits, and what stood for its `*`."""

    route: Route
    rest: str = ""


ROUTES = (
    Route("POST", "/v1/chat/completions", "chat", "client", "gate"),
    Route("POST", "/v1/messages", "messages", "client", "gate"),
    Route("POST", "/v1/messages/count_tokens", "count_tokens", "client", "gate"),
    Route("GET", "/v1/models", "models", "client", "gate"),
    Route("GET", "/v1/models/*", "model", "client", "gate"),
    Route("GET", "/v1/receipts/*", "receipt", "client", "gate"),
    Route("GET", "/v1/relay/stream-test", "stream_test", "client", "gate"),
    Route("GET", "/api/cron/daily", "daily", "operator", "gate"),
    Route("GET", "/", "welcome", "public", "quart"),
    Route("GET", "/health", "health", "public", "quart"),
    Route("GET", "/health/liveness", "liveness", "public", "quart"),
    Route("GET", "/health/readiness", "readiness", "public", "quart"),
)

_EXACT: dict[str, tuple[Route, ...]] = {
    path: tuple(route for route in ROUTES if route.path == path)
    for path in {route.path for route in ROUTES}
}
_OPEN = tuple(route for route in ROUTES if route.path.endswith("/*"))


def match(method: str, path: str) -> Match:
    """Raises PathNotFound or MethodNotAllowed. HEAD is GET without a body, where Quart serves."""
    found = _EXACT.get(path)
    rest = ""
    if found is None:
        found = tuple(r for r in _OPEN if path.startswith(r.path[:-1]) and len(path) >= len(r.path))
        rest = path[len(found[0].path) - 1 :] if found else ""
    if not found:
        raise PathNotFound(f"There is no {path[:200] or 'such path'} here.")
    for route in found:
        if route.method == method or (
            method == "HEAD" and route.method == "GET" and route.served == "quart"
        ):
            return Match(route, rest)
    allow = tuple(route.method for route in found)
    raise MethodNotAllowed(f"Use {', '.join(allow)} here, not {method[:16]}.", allow=allow)
