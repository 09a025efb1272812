"""deploy/kubernetes.yaml names what there is: paths, ports, variables, times."""

from pathlib import Path

import yaml

from src.entrypoints.settings import load
from tests.support.dockerfile import stages
from tests.support.golden import Json

from .facts import AFTER_GRACE, DEPLOY, HONOURED, PATHS, PORT, ROOT

FOUND: dict[str, Json] = {
    each["kind"]: each
    for each in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
}
POD = FOUND["Deployment"]["spec"]["template"]
RELAY = POD["spec"]["containers"][0]
SECRET = FOUND["Secret"]["stringData"]
ENVIRON = {pair["name"]: pair["value"] for pair in RELAY["env"]}
FINAL = stages((ROOT / "Dockerfile").read_text("utf-8"))[-1]


def test_each_probe_asks_what_it_is_for() -> None:
    """
    Whether the process lives, and whether it can serve, are two questions: a provider that is away
    restarts nothing.
    """
    asked = {
        name: RELAY[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")
    }

    assert {
        "startup": {"path": "/health/liveness", "port": "http"},
        "liveness": {"path": "/health/liveness", "port": "http"},
        "readiness": {"path": "/health/readiness", "port": "http"},
    } == asked
    assert set() == {probe["path"] for probe in asked.values()} - PATHS


def test_traffic_finds_it() -> None:
    """Service, probes and disruption budget mean the pods' own labels, and the relay's port."""
    labels = POD["metadata"]["labels"]

    assert [{"name": "http", "containerPort": PORT}] == RELAY["ports"]
    assert "http" == FOUND["Service"]["spec"]["ports"][0]["targetPort"]
    assert labels == FOUND["Service"]["spec"]["selector"]
    assert labels == FOUND["Deployment"]["spec"]["selector"]["matchLabels"]
    assert labels == FOUND["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]


def test_its_variables_are_read_and_sound(tmp_path: Path) -> None:
    """Every variable of the Secret and the pod is one of the relay's; the example of a secret is
    too weak to be used by accident."""
    settings = load({**SECRET, **ENVIRON}, tmp_path)

    assert set() == {*SECRET, *ENVIRON} - HONOURED
    assert ("redis", 1) == (settings.store.kind, settings.workers)
    assert "client_keys" in settings.snapshot.switched_off
    assert FOUND["Secret"]["metadata"]["name"] == RELAY["envFrom"][0]["secretRef"]["name"]


def test_it_has_its_time_to_stop() -> None:
    """Kubernetes waits longer than preStop, the grace and all that comes after it."""
    command, seconds = RELAY["lifecycle"]["preStop"]["exec"]["command"]
    grace = int(ENVIRON["RELAY_GRACE_SECONDS"])

    assert "sleep" == command
    assert int(seconds) + grace + AFTER_GRACE <= POD["spec"]["terminationGracePeriodSeconds"]


def test_it_may_no_more_than_it_must() -> None:
    """The image's own user, no capability, a root that is read-only, its one volume, no token."""
    pod, own = POD["spec"]["securityContext"], RELAY["securityContext"]

    assert FINAL.last("USER") == f"{pod['runAsUser']}:{pod['runAsGroup']}"
    assert (True, pod["runAsUser"]) == (pod["runAsNonRoot"], pod["fsGroup"])
    assert {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    } == own
    assert FINAL.exec("VOLUME") == [mount["mountPath"] for mount in RELAY["volumeMounts"]]
    assert False is POD["spec"]["automountServiceAccountToken"]


def test_a_service_called_relay_breaks_nothing() -> None:
    """Kubernetes would set RELAY_PORT=tcp://... for it, which the relay refuses to read."""
    assert False is POD["spec"]["enableServiceLinks"]
