"""The one route table."""

import pytest

from src.adapters.http.routes import ROUTES, match
from src.domain.errors import MethodNotAllowed, PathNotFound

FOUND = [
    ("POST", "/v1/chat/completions", "chat", ""),
    ("GET", "/v1/models", "models", ""),
    ("GET", "/v1/models/gpt-4o", "model", "gpt-4o"),
    ("GET", "/v1/models/org/model:free", "model", "org/model:free"),
    ("GET", "/v1/models//x/", "model", "/x/"),
    ("GET", "/v1/receipts/0123", "receipt", "0123"),
    ("GET", "/v1/relay/stream-test", "stream_test", ""),
    ("GET", "/health", "health", ""),
    ("GET", "/health/liveness", "liveness", ""),
    ("GET", "/health/readiness", "readiness", ""),
    ("HEAD", "/health", "health", ""),
    ("GET", "/", "welcome", ""),
]


@pytest.mark.parametrize(("method", "path", "handler", "rest"), FOUND)
def test_a_path_finds_its_handler(method: str, path: str, handler: str, rest: str) -> None:
    """Model ids have slashes: the rest of the path is one argument."""
    found = match(method, path)

    assert (handler, rest) == (found.route.handler, found.rest)


@pytest.mark.parametrize(
    "path",
    ["", "?x", "*", "/V1/models", "/v1", "/v1/models/", "/v1/chat/completions/", "/v1/chat", "//"],
)
def test_any_other_path_is_not_found(path: str) -> None:
    """Whatever the method; also what no framework takes for a path."""
    for method in ("GET", "POST", "OPTIONS"):
        with pytest.raises(PathNotFound):
            match(method, path)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/chat/completions", ("POST",)),
        ("HEAD", "/v1/models", ("GET",)),
        ("DELETE", "/v1/models/gpt-4o", ("GET",)),
        ("POST", "/health", ("GET",)),
        ("get", "/health", ("GET",)),
        ("X" * 5000, "/health", ("GET",)),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    method: str, path: str, allow: tuple[str, ...]
) -> None:
    """In a sentence that stays short whatever the method was."""
    with pytest.raises(MethodNotAllowed) as caught:
        match(method, path)

    assert allow == caught.value.allow
    assert len(caught.value.message) < 100


def test_only_these_paths_need_no_key() -> None:
    """Everything that carries traffic or tells of it is for clients."""
    public = {route.path for route in ROUTES if route.policy == "public"}

    assert {"/", "/health", "/health/liveness", "/health/readiness"} == public


def test_no_route_is_there_twice() -> None:
    """One handler for a method and a path."""
    assert len(ROUTES) == len({(route.method, route.path) for route in ROUTES})
