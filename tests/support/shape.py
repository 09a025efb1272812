"""What every error of the relay looks like."""

from .caller import Heard


def in_openais_shape(heard: Heard) -> dict[str, str | None]:
    """The error, after a look at everything an error of ours must have, its request id included."""
    assert len(heard.header("x-request-id") or "") == 32
    return json_error(heard)


def json_error(heard: Heard) -> dict[str, str | None]:
    """The error, after a look at its body: the server itself refuses what is no request yet."""
    assert heard.header("content-type") == "application/json"
    assert set(heard.json) == {"error"}
    error: dict[str, str | None] = heard.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["message"], str)
    assert isinstance(error["type"], str)
    return error
