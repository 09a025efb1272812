"""The service of systemd, and the proxies' files: they name what there is."""

import re
import shlex

from .facts import AFTER_GRACE, DEPLOY, HONOURED, OPTIONS, PORT

UNIT = (DEPLOY / "airelay.service").read_text("utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
CADDY = (DEPLOY / "Caddyfile").read_text("utf-8")


def told(name: str) -> str:
    """The value of a setting of the unit."""
    (found,) = re.findall(rf"(?m)^{name}=(.*)$", UNIT)
    return str(found)


def directive(name: str) -> str:
    """The value of a directive of nginx."""
    (found,) = re.findall(rf"(?m)^\s*{name}\s+([^;]+);", NGINX)
    return str(found)


def options() -> dict[str, str]:
    words = shlex.split(told("ExecStart"))
    return dict(zip(words[2::2], words[3::2], strict=True))


def test_the_service_starts_what_there_is() -> None:
    """Its command, options and variables are the relay's."""
    command, verb, *_ = shlex.split(told("ExecStart"))
    names = {pair.partition("=")[0] for pair in told("Environment").split()}

    assert ("airelay", "serve") == (command.rpartition("/")[2], verb)
    assert set() == set(options()) - OPTIONS
    assert {"PYTHONDONTWRITEBYTECODE"} == names - HONOURED
    assert f"RELAY_DATA_DIR=%S/{told('StateDirectory')}" in told("Environment")


def test_the_service_has_its_time_to_stop() -> None:
    """systemd waits longer than the grace and all that comes after it, and tells the supervisor."""
    assert int(options()["--grace"]) + AFTER_GRACE < int(told("TimeoutStopSec"))
    assert "mixed" == told("KillMode")


def test_the_service_does_not_repeat_a_mistake() -> None:
    """It comes up again whatever happens, but not with a configuration that cannot be used."""
    assert ("always", "78") == (told("Restart"), told("RestartPreventExitStatus"))


def test_the_service_is_nobody() -> None:
    """It runs as a user of its own that owns nothing but its state."""
    assert ["yes", "yes", "strict", ""] == [
        told(name)
        for name in ("DynamicUser", "NoNewPrivileges", "ProtectSystem", "CapabilityBoundingSet")
    ]


def test_nginx_holds_nothing_back() -> None:
    """
    It buffers no answer, waits as long as the relay may, sends nothing twice, and says that it is
    there: a proxied caller is not on this machine.
    """
    assert ["off", "off", "off", "1.1"] == [
        directive(name)
        for name in ("proxy_buffering", "gzip", "proxy_next_upstream", "proxy_http_version")
    ]
    assert f"server 127.0.0.1:{PORT};" in NGINX
    assert 600 < int(directive("proxy_read_timeout").removesuffix("s"))
    assert "20m" == directive("client_max_body_size")
    assert "proxy_set_header X-Forwarded-For " in NGINX


def test_caddy_lets_go_of_what_its_caller_left() -> None:
    """It flushes event streams by itself; told to flush all, it would keep abandoned requests."""
    lines = [line for line in CADDY.splitlines() if not line.lstrip().startswith("#")]

    assert f"\treverse_proxy 127.0.0.1:{PORT}" in lines
    assert not any("flush_interval" in line or "encode" in line for line in lines)
