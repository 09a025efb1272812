"""The watch at the door: what must hold at the very instant a call to a provider begins."""

import json

from attrs import define

from src.domain.blocks import Dialect
from src.domain.ports import Call, Clock

from . import requests
from .history import History, Process, Try, Visit

PROBE_SECONDS = 10.0
#: Where each dialect is spoken, and what may be in a request that comes from another one.
_PATHS: dict[Dialect, str] = {
    "openai_chat": "/v1/chat/completions",
    "anthropic_messages": "/v1/messages",
}
_EVERYWHERE = {"model", "messages", "max_tokens", "stream", "temperature", "tools"}
_FIELDS: dict[Dialect, set[str]] = {
    "openai_chat": _EVERYWHERE | {"stream_options", "stop"},
    "anthropic_messages": _EVERYWHERE | {"system", "stop_sequences"},
}
#: A lease is granted so many seconds before its holder hears of it, at most.
WAY = 0.5


@define(eq=False)
class Watch:
    """Notes in the history what is wrong."""

    history: History
    process: Process
    clock: Clock

    def see(self, one: Try, call: Call) -> None:
        visit = self.history.visits[one.request]
        self._rests(one)
        self._breaker(one)
        self._probes(one)
        self._credential(one, call)
        self._body(one, call, visit)
        if visit.tries_before is not None:
            self._wrong("I10", one, "another try after the answer had begun")
        if visit.ended or visit.gone_at is not None or visit.reset_at is not None:
            self._wrong("I1", one, "a try for a request that was over")

    def _rests(self, one: Try) -> None:
        self.process.latest = max(self.process.latest, self.clock.now())
        for model in (one.model, None):
            until = self.process.rests.get((one.key, model), 0.0)
            if self.process.latest < until:
                self._wrong("I6", one, f"the key rests for {until - self.clock.now():.3f} s more")

    def _breaker(self, one: Try) -> None:
        until = self.process.opened.get(one.target)
        if until is None or {f"probe:{one.target}", f"panic:{one.target}"} & one.leases:
            return
        one.unleased = True
        if self.clock.now() >= until:
            self._wrong("I7", one, "half open, and tried without a lease")

    def _probes(self, one: Try) -> None:
        """Across all instances: the leases are the store's."""
        lease = f"probe:{one.target}"
        if lease in one.leases:
            others = [
                other.number
                for other in self.history.tries
                if other.target == one.target
                and lease in other.leases
                and other.closed is None
                # A lease runs out: who holds the target up for longer does not keep others out.
                and other.at > one.at - PROBE_SECONDS + WAY
            ]
            if others:
                self._wrong("I7", one, f"a second probe beside {others}")

    def _credential(self, one: Try, call: Call) -> None:
        if one.key not in {key.handle for key in call.provider.keys}:
            self._wrong("I8", one, f"the key {one.key} is not one of this provider's")

    def _body(self, one: Try, call: Call, visit: Visit) -> None:
        """What the provider reads is what the caller wrote, but for the model and the usage; said
        in another dialect it means the same."""
        spoken, usage = call.provider.dialect, call.provider.stream_usage
        if not call.url.endswith(_PATHS[spoken]):
            self._wrong("fidelity", one, f"called at {call.url}")
        said = json.loads(call.body)
        if spoken != visit.dialect:
            expected = requests.translated(visit.body, visit.dialect, one.model, usage=usage)
            if requests.read(said, spoken) != expected or said.keys() - _FIELDS[spoken]:
                self._wrong("fidelity", one, f"the provider reads {call.body!r}")
            return
        same = visit.body | {"model": one.model}
        if spoken == "openai_chat" and usage and visit.stream and visit.hides_usage:
            options = visit.body.get("stream_options") or {}
            same["stream_options"] = {**options, "include_usage": True}
        if said != same:
            self._wrong("fidelity", one, f"the provider reads {call.body!r}")

    def _wrong(self, law: str, one: Try, what: str) -> None:
        self.history.wrong(law, f"{one.request} try {one.number} at {one.target}: {what}")
