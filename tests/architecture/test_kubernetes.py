"""The example for Kubernetes starts what docker/compose.yml starts, as safely. `make deploy-check` checks its form."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from fakes.process_needs import ALL_SERVICES, NEEDED_BY, is_understood

from bots.app.worker import STOP_GRACE_SECONDS
from models.settings import Settings
from tools.deploy.recipe import read

DOCKER = Path(__file__).parents[2] / "docker"
BASE, EXAMPLE = DOCKER / "kubernetes" / "base", DOCKER / "kubernetes" / "example"
SETTINGS = {name.upper() for name in Settings.model_fields}
SERVICES = sorted(ALL_SERVICES)
UNITS = {"Mi": 1 << 20, "Gi": 1 << 30}


def load_kustomization(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((folder / "kustomization.yml").read_text())
    return loaded


def load_resources(kind: str) -> dict[str, dict[str, Any]]:
    """Resources of a kind in the base, by their names without the product's."""
    documents = [
        each for name in load_kustomization(BASE)["resources"] for each in yaml.safe_load_all((BASE / name).read_text())
    ]
    return {each["metadata"]["name"].removeprefix("rabisco-"): each for each in documents if each["kind"] == kind}


def find_pod(name: str) -> dict[str, Any]:
    kind = "Job" if name == "migrate" else "Deployment"
    pod: dict[str, Any] = load_resources(kind)[name]["spec"]["template"]["spec"]
    return pod


def find_container(name: str) -> dict[str, Any]:
    (container,) = find_pod(name)["containers"]
    return container


def load_hardening() -> dict[str, Any]:
    """What is added to every pod, by its place in it."""
    patches = yaml.safe_load((BASE / "hardening.yml").read_text())
    assert all(patch["op"] == "add" for patch in patches)
    return {patch["path"].removeprefix("/spec/template/spec/"): patch["value"] for patch in patches}


def load_env_file(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def list_secrets() -> dict[str, set[str]]:
    """The keys of each secret of the example."""
    generators = load_kustomization(EXAMPLE)["secretGenerator"]
    return {each["name"]: set(load_env_file(EXAMPLE / each["envs"][0])) for each in generators}


def list_given(service: str) -> set[str]:
    """The secrets that a service is given."""
    references = [each["secretRef"]["name"] for each in find_container(service)["envFrom"] if "secretRef" in each]
    return set().union(*(list_secrets()[name] for name in references))


def count_bytes(quantity: str) -> int:
    return int(quantity[:-2]) * UNITS[quantity[-2:]]


@pytest.mark.parametrize("folder", [BASE, EXAMPLE], ids=lambda folder: folder.name)
def test_every_file_is_part_of_what_is_applied(folder: Path) -> None:
    kustomization = load_kustomization(folder)
    generators = kustomization.get("configMapGenerator", []) + kustomization.get("secretGenerator", [])
    patches = {patch["path"] for patch in kustomization["patches"] if "path" in patch}
    named = {*kustomization["resources"], *patches, *(each["envs"][0] for each in generators)}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert named - {"../base"} == found - {"kustomization.yml"}


def test_every_process_of_compose_is_started_with_a_command_there_is() -> None:
    assert set(load_resources("Deployment")) == ALL_SERVICES
    assert all(is_understood(find_container(name)["args"]) for name in [*SERVICES, "migrate"])


@pytest.mark.parametrize("secret", NEEDED_BY)
def test_a_secret_is_given_to_the_processes_that_use_it_and_to_no_other(secret: str) -> None:
    assert {name for name in SERVICES if secret in list_given(name)} == NEEDED_BY[secret]


def test_what_every_process_is_given_holds_no_secret() -> None:
    plain = set(load_env_file(EXAMPLE / "settings.env"))
    secret = {name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert plain & (secret | {"DATABASE_URL", "REDIS_URL", "WHATSAPP_SESSIONS"}) == set()
    assert all(find_container(name)["envFrom"][0] == {"configMapRef": {"name": "rabisco"}} for name in SERVICES)


def test_everything_that_is_set_is_a_setting_and_what_is_needed_by_several_machines_is_set() -> None:
    plain = load_env_file(EXAMPLE / "settings.env")
    given = set(plain).union(*list_secrets().values())
    assert given <= SETTINGS
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "WHATSAPP_SESSIONS", "METRICS_TOKEN"} <= given
    assert plain["MEDIA_URL"].startswith("s3://")
    assert plain["BACKUP_URL"].startswith("s3://")
    assert plain["FORWARDED_ALLOW_IPS"] == "private"


def test_a_worker_is_given_longer_to_end_than_it_gives_its_films() -> None:
    assert find_pod("worker")["terminationGracePeriodSeconds"] > STOP_GRACE_SECONDS + 15


def test_no_pod_may_do_anything_special() -> None:
    """As the `restricted` standard of Kubernetes asks, and as docker/compose.yml has it."""
    targets = {patch["target"]["kind"] for patch in load_kustomization(BASE)["patches"]}
    hardening, (user,) = load_hardening(), read(DOCKER / "Dockerfile").last.all("USER")
    assert targets == {"Deployment", "Job"}
    assert hardening["securityContext"]["runAsUser"] == int(user.text)
    assert hardening["securityContext"]["runAsNonRoot"] is True
    assert hardening["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert hardening["containers/0/securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert hardening["automountServiceAccountToken"] is False


def test_pods_write_to_the_folders_of_the_image_and_nowhere_else() -> None:
    hardening = load_hardening()
    assert [each["mountPath"] for each in hardening["containers/0/volumeMounts"]] == ["/data", "/tmp"]  # noqa: S108 - in the container
    assert {each["name"] for each in hardening["volumes"]} == {"data", "tmp"}
    assert all("volumes" not in find_pod(name) for name in SERVICES)


def test_whether_a_process_is_well_is_told_by_what_the_image_has_for_it() -> None:
    last = read(DOCKER / "Dockerfile").last
    ((check,), (port,)) = last.all("HEALTHCHECK"), last.all("EXPOSE")
    for name in SERVICES:
        container = find_container(name)
        for probe in ("startupProbe", "livenessProbe"):
            assert str(container[probe]["exec"]["command"]).replace("'", '"') in check.text
    web = find_container("web")
    assert web["readinessProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert web["ports"] == [{"name": "http", "containerPort": int(port.text)}]
    assert web["args"][-1] == port.text


def test_processes_have_the_memory_that_compose_gives_them() -> None:
    services = yaml.safe_load((DOCKER / "compose.prod.yml").read_text())["services"]
    for name in [*SERVICES, "migrate"]:
        composed = services[name]["mem_limit"].rpartition("-")[2].rstrip("}")  # ${WEB_MEMORY:-1g}
        limit = find_container(name)["resources"]["limits"]["memory"]
        assert count_bytes(limit) == count_bytes(f"{composed[:-1]}{composed[-1].upper()}i")


def test_nodes_are_emptied_one_process_at_a_time_and_workers_grow_with_their_load() -> None:
    budgets = load_resources("PodDisruptionBudget")
    assert set(budgets) == ALL_SERVICES
    for name, budget in budgets.items():
        labels = load_resources("Deployment")[name]["spec"]["template"]["metadata"]["labels"]
        assert budget["spec"]["selector"]["matchLabels"] == labels
    (scaler,) = load_resources("HorizontalPodAutoscaler").values()
    assert scaler["spec"]["scaleTargetRef"]["name"] == "rabisco-worker"
    assert "replicas" not in load_resources("Deployment")["worker"]["spec"]  # which the scaler sets


def test_nobody_connects_to_anything_but_the_page() -> None:
    policies = load_resources("NetworkPolicy")
    assert [name for name, each in policies.items() if each["spec"].get("ingress")] == ["web"]
    (service,) = load_resources("Service").values()
    assert service["spec"]["selector"] == policies["web"]["spec"]["podSelector"]["matchLabels"]
