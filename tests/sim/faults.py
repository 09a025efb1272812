"""What a provider may do with any call, by name; what only streams suffer is in torn.py."""

import json
from datetime import UTC, datetime
from email.utils import formatdate

from src.domain.errors import ConnectionReset, Unreachable

from . import answers, torn
from .answers import TONGUES
from .script import End, Piece, Rest, Scene, Script, cut
from .speech import Json

JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream"}
LONG = 1e6


def healthy(scene: Scene) -> Script:
    """All goes well."""
    delay = scene.dice.choice((0.0, 0.02, 0.3, 1.0))
    if not scene.asked.stream:
        return whole(scene, delay)
    return torn.good(scene, delay)


def whole(scene: Scene, delay: float, name: str = "healthy") -> Script:
    """A whole answer."""
    body, used = answers.whole(scene.mark, scene.asked, scene.dice)
    return Script(
        name,
        delay=delay,
        headers=JSON,
        pieces=cut(body, scene.dice),
        body=None if scene.asked.stream else body,
        used=used,
        healthy=not scene.asked.stream,
    )


def json_for_a_stream(scene: Scene) -> Script:
    return whole(scene, 0.0, "JSON for a stream")


def refused(scene: Scene) -> Script:
    return Script("refused", opening=Unreachable("connection refused"))


def reset(scene: Scene) -> Script:
    delay = scene.dice.choice((0.0, 0.5, 3.0))
    return Script("reset", delay=delay, opening=ConnectionReset("connection reset"))


def silent_connect(scene: Scene) -> Script:
    return Script("silent connect", connect=LONG)


def silent_headers(scene: Scene) -> Script:
    return Script("silent headers", delay=LONG)


def rate_limited(scene: Scene) -> Script:
    """429 in every grammar there is for when to come back."""
    headers, text, seconds = scene.dice.choice(_hints(scene))
    account = scene.dice.random() < 0.2
    message = f"Rate limit reached{' for your account' if account else ''}. {text}"
    least = 0.5 if seconds is None else min(max(seconds, 0.25), 3600.0)
    error = {"message": message, "type": "requests", "code": "rate_limit_exceeded"}
    return refusal(scene, 429, error, headers=headers, rest=Rest(least, account))


def _hints(scene: Scene) -> list[tuple[dict[str, str], str, float | None]]:
    """Headers, words, and the seconds that they mean (None: nothing that counts)."""
    exact = scene.dice.choice((0.1, 0.4, 1.0, 2.0, 7.5, 30.0))
    span = scene.dice.choice((1, 3, 40))
    ours = formatdate(int(scene.now) + span, usegmt=True)
    theirs = {"date": formatdate(5_000_000, usegmt=True)}
    nothing = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "-1"}
    duration = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2s500ms"}
    reset = datetime.fromtimestamp(int(scene.now) + span, UTC).isoformat()
    claude = {
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": reset.replace("+00:00", "Z"),
    }
    return [
        ({}, "", None),
        ({"retry-after": f"{exact:.1f}"}, "", exact),
        ({"retry-after": f"{span}"}, "Please try again in 90s.", float(span)),
        ({"retry-after-ms": f"{exact * 1000:.0f}", "retry-after": "900"}, "", exact),
        ({"retry-after": formatdate(5_000_000 + span, usegmt=True)} | theirs, "", float(span)),
        ({"retry-after": ours}, "", int(scene.now) + span - scene.now - 7.0),
        (duration, "", 62.5),
        (claude, "", int(scene.now) + span - scene.now - 7.0),
        (nothing, "", None),
        ({}, f"Please try again in {span}s.", float(span)),
        ({"retry-after": "-1"}, "", None),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "999999999"}, "", 3600.0),
    ]


def bad_key(scene: Scene) -> Script:
    code = scene.dice.choice(("invalid_api_key", "invalid_api_key", scene.secret))
    error = {"message": f"Incorrect API key: {scene.secret}", "code": code}
    return refusal(scene, 401, error, rest=Rest(900.0, whole_key=True))


def no_money(scene: Scene) -> Script:
    if scene.dice.random() < 0.5 and scene.asked.dialect == "anthropic_messages":
        error = {"message": "Your credit balance is too low to access the API."}
        return refusal(scene, 400, error, rest=Rest(3600.0, whole_key=True))
    if scene.dice.random() < 0.5:
        error = {"message": "You exceeded your quota.", "code": "insufficient_quota"}
        status = 402 if scene.asked.dialect == "anthropic_messages" else 429
        return refusal(scene, status, error, rest=Rest(3600.0, whole_key=True))
    return refusal(scene, 402, {"message": "Pay."}, rest=Rest(3600.0, whole_key=True))


def forbidden(scene: Scene) -> Script:
    return refusal(scene, 403, {"message": "Not this model."}, rest=Rest(900.0))


def no_model(scene: Scene) -> Script:
    return refusal(scene, 404, {"message": "No such model.", "code": "model_not_found"})


def too_long(scene: Scene) -> Script:
    return refusal(scene, 400, {"message": "prompt is too long", "code": "context_length_exceeded"})


def rejected(scene: Scene) -> Script:
    """The request is wrong, and the provider shows the key that it came with."""
    status = scene.dice.choice((400, 413, 422))
    message = f"Bad value (key {scene.secret})"
    error = {"message": message, "type": "invalid_request_error", "code": scene.secret}
    return refusal(scene, status, error, final=True)


def broken(scene: Scene) -> Script:
    status = scene.dice.choice((500, 502, 503, 529))
    headers = scene.dice.choice(
        ({}, {}, {"retry-after": "1"}, {"retry-after": "2"}, {"retry-after": "60"})
    )
    return refusal(
        scene, status, {"message": "Overloaded.", "type": "server_error"}, headers=headers
    )


def page(scene: Scene) -> Script:
    """A proxy's page instead of an answer, with any status."""
    status = scene.dice.choice((200, 200, 502))
    html = cut(b"<html><body>Bad gateway</body></html>", scene.dice)
    return Script("page", status=status, headers={"content-type": "text/html"}, pieces=html)


def empty(scene: Scene) -> Script:
    return Script("empty", headers=scene.dice.choice((JSON, EVENTS, {})))


def redirect(scene: Scene) -> Script:
    return Script("redirect", status=302, headers={"location": "http://127.0.0.1:1/"})


def error_in_200(scene: Scene) -> Script:
    error = scene.dice.choice(_in_answer(scene))
    pieces = cut(_shaped(scene, scene.dice.choice((400, 429, 500, 529)), error), scene.dice)
    return Script("error in 200", headers=JSON, pieces=pieces)


def endless_error(scene: Scene) -> Script:
    """A status, and then a body that never ends."""
    status = scene.dice.choice((500, 429, 401, 302))
    return Script("endless error", status=status, headers=JSON, pieces=_began(b'{"er'), end="hang")


def endless_json(scene: Scene) -> Script:
    """The beginning of a JSON answer, and then nothing."""
    return Script("endless JSON", headers=JSON, pieces=_began(b'{"content": [{'), end="hang")


def cut_json(scene: Scene) -> Script:
    body, _ = answers.whole(scene.mark, scene.asked, scene.dice)
    part = body[: scene.dice.randrange(1, len(body) - 1)]
    end: End = scene.dice.choice(("close", "reset"))
    return Script("cut JSON", headers=JSON, pieces=cut(part, scene.dice), end=end)


def refusal(
    scene: Scene,
    status: int,
    error: Json,
    *,
    headers: dict[str, str] | None = None,
    rest: Rest | None = None,
    final: bool = False,
) -> Script:
    """An error with a status of its own."""
    return Script(
        f"status {status}",
        delay=scene.dice.choice((0.0, 0.05, 0.5)),
        status=status,
        headers=JSON | (headers or {}),
        pieces=cut(_shaped(scene, status, error), scene.dice),
        rest=rest,
        words=error["message"].partition(" (key")[0],
        final=final,
    )


def _shaped(scene: Scene, status: int, error: Json) -> bytes:
    return json.dumps(TONGUES[scene.asked.dialect].error(status, error)).encode()


def _in_answer(scene: Scene) -> list[Json]:
    return [
        {"message": "Try later.", "type": "server_error"},
        {"message": "Slow down.", "code": "rate_limit_exceeded"},
        {"message": f"Whose is {scene.secret}?", "code": "weird"},
        {"message": "Overloaded.", "code": 529},
    ]


def _began(data: bytes) -> tuple[Piece, ...]:
    return (Piece(0.01, data),)
