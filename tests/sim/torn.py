"""Streams, good and spoilt: each fault takes the events of a good stream and spoils them."""

from collections.abc import Callable, Sequence

from attrs import evolve

from src.domain.sse import LARGEST_EVENT

from . import answers
from .answers import TONGUES
from .script import End, Piece, Scene, Script, cut, joined
from .speech import Frame

HEADERS = {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "req_1"}
_HUGE = b"data: " + b"x" * (LARGEST_EVENT + 16)


def good(scene: Scene, delay: float) -> Script:
    """A whole stream; one in ten does not say what it used."""
    frames = _tongue(scene).stream(
        scene.mark, scene.asked, scene.dice, usage=scene.dice.random() < 0.9
    )
    used = next((frame.usage for frame in frames if frame.usage), None)
    return evolve(_of(scene, "healthy", frames, healthy=True), delay=delay, used=used)


def slow_first(scene: Scene) -> Script:
    late = scene.dice.uniform(0.5, 1.5) * scene.timeouts.first_event
    script = _of(scene, "slow first event", _frames(scene))
    first, *others = script.pieces
    return evolve(script, pieces=(evolve(first, after=late), *others))


def pings_only(scene: Scene) -> Script:
    ping = Piece(scene.dice.uniform(0.5, 20.0), _tongue(scene).pings(1)[0].data)
    return Script("pings only", headers=HEADERS, pieces=(ping,) * 40, end="hang")


def pings_first(scene: Scene) -> Script:
    frames = _tongue(scene).pings(scene.dice.randint(1, 12)) + _frames(scene)
    return _of(scene, "pings first", frames, healthy=True)


def many_roles(scene: Scene) -> Script:
    """More than the relay may hold back: it commits without knowing more."""
    frames = _roles(scene) + _frames(scene)
    script = _of(scene, "many roles", frames)
    return evolve(script, healthy=script.seconds < scene.timeouts.first_event)


def cut_at_event(scene: Scene) -> Script:
    """It may be whole by then."""
    end: End = scene.dice.choice(("close", "reset"))
    return _of(scene, "cut at event", _some(scene), end=end, healthy=True)


def cut_in_event(scene: Scene) -> Script:
    """A part of an event is lost with the rest."""
    frames = _frames(scene)
    place = scene.dice.randrange(len(frames))
    part = frames[place].bare()[: scene.dice.randrange(7, len(frames[place].bare()))]
    end: End = scene.dice.choice(("close", "reset"))
    return _of(scene, "cut in event", frames[:place], more=part, end=end, healthy=True)


def stall(scene: Scene) -> Script:
    return _of(scene, "stall", _some(scene), end="hang", healthy=True)


def error_event(scene: Scene) -> Script:
    """An error as an event, before the answer began or in its midst."""
    error = _tongue(scene).error_frame(scene.secret, scene.dice)
    frames = _frames(scene)
    place = scene.dice.choice((0, 1, len(frames) // 2))
    return _of(scene, "error event", [*frames[:place], error, *frames[place:]])


def noise_event(scene: Scene) -> Script:
    frames = _frames(scene)
    frames.insert(scene.dice.randrange(len(frames) - 1), _tongue(scene).noise(scene.dice))
    return _of(scene, "noise event", frames, healthy=True)


def torn_event(scene: Scene) -> Script:
    """Bytes got lost on the way, and something of the answer with them; the rest is whole."""
    frames = _frames(scene)
    while (spoilt := answers.torn(frames, scene.dice)) is None:
        frames = _frames(scene)
    return _of(scene, "torn event", spoilt, healthy=True)


def noise_only(scene: Scene) -> Script:
    return _of(scene, "noise only", [_tongue(scene).noise(scene.dice) for _ in range(3)])


def missing_done(scene: Scene) -> Script:
    """The answer is whole, but its provider never says so."""
    end: End = scene.dice.choice(("close", "reset", "hang"))
    return _of(scene, "missing DONE", _frames(scene)[:-1], end=end, healthy=True)


def missing_finish(scene: Scene) -> Script:
    """Of several choices one never ends; Anthropic's last word ends an answer without a reason."""
    frames = _frames(scene)
    if scene.asked.dialect == "anthropic_messages":
        left = [frame for frame in frames if frame.kind != "finish"]
        return _of(scene, "missing finish", left, healthy=True)
    frames.pop()
    last = max(place for place, frame in enumerate(frames) if frame.kind == "finish")
    return _of(scene, "missing finish", frames[:last] + frames[last + 1 :])


def missing_stop(scene: Scene) -> Script:
    """Imitators of Anthropic forget to end their blocks."""
    frames = [frame for frame in _frames(scene) if frame.kind != "stop"]
    return _of(scene, "missing stop", frames, healthy=True)


def done_twice(scene: Scene) -> Script:
    frames = _frames(scene)
    return _of(scene, "DONE twice", [*frames, frames[-1]], healthy=True)


def data_after_done(scene: Scene) -> Script:
    frames = _frames(scene)
    return _of(scene, "data after DONE", [*frames, *frames[:2]], healthy=True)


def after_done(scene: Scene) -> Script:
    """The connection stays open after [DONE], or breaks."""
    end: End = scene.dice.choice(("hang", "reset"))
    return _of(scene, f"{end} after DONE", _frames(scene), end=end, healthy=True)


def no_last_line(scene: Scene) -> Script:
    """The last event lacks its blank line, but is otherwise whole."""
    frames = _frames(scene)
    if scene.dice.random() < 0.5:
        frames.pop()
    last = evolve(frames[-1], data=frames[-1].bare())
    script = _of(scene, "no last line", frames[:-1], more=last.data, healthy=True)
    return evolve(script, tail=last)


def oversize(scene: Scene) -> Script:
    frames = _frames(scene)
    begun = frames[: scene.dice.choice((0, 3))]
    script = _of(scene, "oversize event", begun)
    return evolve(script, pieces=(*script.pieces, Piece(0.1, _HUGE)), end="hang")


def compressed(scene: Scene) -> Script:
    zipped = HEADERS | {"content-encoding": "gzip"}
    return Script("compressed", headers=zipped, pieces=(Piece(0.0, b"\x1f\x8b\x08" + b"0" * 64),))


STREAMS: tuple[Callable[[Scene], Script], ...] = (
    slow_first,
    pings_only,
    pings_first,
    many_roles,
    cut_at_event,
    cut_at_event,
    cut_in_event,
    stall,
    error_event,
    error_event,
    noise_event,
    torn_event,
    noise_only,
    missing_done,
    missing_finish,
    missing_stop,
    done_twice,
    data_after_done,
    after_done,
    no_last_line,
    oversize,
    compressed,
)


def _tongue(scene: Scene) -> answers.Tongue:
    return TONGUES[scene.asked.dialect]


def _frames(scene: Scene) -> list[Frame]:
    return _tongue(scene).stream(scene.mark, scene.asked, scene.dice)


def _roles(scene: Scene) -> list[Frame]:
    return _tongue(scene).roles(scene.mark, scene.asked, scene.dice.randint(50, 80))


def _some(scene: Scene) -> list[Frame]:
    frames = _frames(scene)
    return frames[: scene.dice.randrange(len(frames))]


def _of(
    scene: Scene,
    name: str,
    frames: Sequence[Frame],
    *,
    more: bytes = b"",
    end: End = "close",
    healthy: bool = False,
) -> Script:
    data = joined(frames) + more
    return Script(
        name,
        delay=scene.dice.choice((0.0, 0.05)),
        headers=HEADERS,
        pieces=cut(data, scene.dice) if data else (),
        end=end,
        frames=tuple(frames),
        healthy=healthy,
    )
