"""The Quart application: health and whatever else is not traffic; the gate stands before it."""

from collections.abc import Awaitable, Callable

import msgspec
from quart import Quart, Response, request

from ... import __version__
from ...domain.key_pool import resting_until
from . import errors, page
from .house import House
from .routes import ROUTES

View = Callable[[], Awaitable[Response]]


def create(house: House) -> Quart:
    """Quart with the rules of the route table; its own error pages never show."""
    app = Quart("airelay", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    views: dict[str, View] = {
        "welcome": _welcome(house),
        "liveness": _alive,
        "readiness": _readiness(house),
        "health": _readiness(house),
    }
    for route in ROUTES:
        if route.served == "quart":
            app.add_url_rule(
                route.path,
                route.handler,
                views[route.handler],
                methods=[route.method],
                provide_automatic_options=False,
            )
    app.register_error_handler(Exception, _internal)
    return app


def _welcome(house: House) -> View:
    async def welcome() -> Response:
        """A page for people, and a line for programs."""
        if not page.wanted(request.method, {"accept": request.headers.get("accept", "")}):
            return _json(200, {"name": "AI Relay", "version": __version__, "models": "/v1/models"})
        lang = page.language(request.headers.get("accept-language", ""))
        return _plain(page.setup(house.lacks, lang))

    return welcome


async def _alive() -> Response:
    """The process answers; nothing is said of keys or providers."""
    return _json(200, {"status": "ok"})


def _readiness(house: House) -> View:
    async def readiness() -> Response:
        """200 while requests can be served: a client key is set and a provider key is awake. A
        store that is away is told, and served without."""
        index = house.directory.index()
        now = house.clock.now()
        rests = house.relay.health.known.rests
        awake = sum(
            1
            for provider in index.providers.values()
            for key in provider.keys
            if resting_until(key, "", rests) <= now
        )
        ready = bool(awake and index.client_keys)
        kept = "memory" if house.forgetful else "ok"
        store = kept if house.relay.books.outbox.well else "away"
        state = {"status": "ok" if ready else "not_ready", "version": __version__}
        return _json(200 if ready else 503, {**state, "keys_awake": awake, "store": store})

    return readiness


async def _internal(_: Exception) -> Response:
    return _plain(errors.write_internal(errors.Told()))


def _plain(written: errors.Written) -> Response:
    headers = {"cache-control": "no-store", **dict(written.headers)}
    return Response(written.body, written.status, headers, content_type=written.content_type)


def _json(status: int, value: dict[str, object]) -> Response:
    body = msgspec.json.encode(value)
    headers = {"cache-control": "no-store"}
    return Response(body, status, headers, content_type="application/json")
