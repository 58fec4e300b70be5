"""What is deployed starts what there is, in the way the product needs it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from fakes.process_needs import NEEDED_BY, is_understood
from fakes.redis_server import open_server

from bots.app.worker import STOP_GRACE_SECONDS
from bots.web.connections import MAX_CONNECTIONS, RESERVED_FILES
from models.settings import Settings
from tools.attack.deployment import list_redis_options
from tools.deploy.recipe import Recipe, read

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSED = ("compose.yml", "platforms/compose.yml", "elasticbeanstalk/docker-compose.yml")
OF_COMPOSE = {
    "COMPOSE_PROFILES", "COMPOSE_FILE", "IMAGE", "TAG", "SITE", "PUBLISH", "SUBNET", "UPSTREAM", "PROXIES",
    "POSTGRES_PASSWORD", "REDIS_PASSWORD", "WORKER_PROCESSES", "WORKER_MEMORY", "WORKER_CPUS", "WEB_MEMORY",
    "WHATSAPP_MEMORY", "POSTGRES_MEMORY",
}  # fmt: skip
"""What stands in docker/.env beside the product's own settings."""


def composed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCKER / name).read_text())
    return found


def own(name: str) -> dict[str, Any]:
    """The services that run our image."""
    return {
        key: each
        for key, each in composed(name)["services"].items()
        if ("build" in each or "IMAGE" in each.get("image", "")) and "entrypoint" not in each
    }


def recipe() -> Recipe:
    return read(DOCKER / "Dockerfile")


def seconds(span: str) -> int:
    return int(span.removesuffix("s"))


def units() -> list[Path]:
    return sorted((DOCKER / "systemd").glob("*.service"))


def line(unit: Path, name: str) -> str:
    found = re.search(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)
    assert found, name
    return found[1]


@pytest.mark.parametrize("name", COMPOSED)
def test_every_service_starts_a_command_there_is(name: str) -> None:
    services = own(name)
    assert {"web", "telegram", "worker"} <= set(services)
    assert all(is_understood(each["command"]) for each in services.values())


@pytest.mark.parametrize("name", COMPOSED)
def test_a_worker_is_given_longer_to_end_than_it_gives_its_films(name: str) -> None:
    assert seconds(own(name)["worker"]["stop_grace_period"]) > STOP_GRACE_SECONDS + 15


def test_what_is_on_the_servers_disk_outlives_its_containers() -> None:
    whole = composed("compose.yml")
    for each in own("compose.yml").values():
        assert {volume.partition(":")[0] for volume in each["volumes"]} >= {"data", "sessions", "backups"}
    kept = {volume.partition(":")[0] for each in whole["services"].values() for volume in each["volumes"]}
    assert kept - {"./Caddyfile"} == set(whole["volumes"])


def test_containers_of_ours_write_nowhere_else_and_may_do_nothing_else() -> None:
    for each in own("compose.yml").values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in each["security_opt"]


def test_processes_may_open_as_many_files_as_they_have_connections() -> None:
    assert all(each["ulimits"]["nofile"] >= MAX_CONNECTIONS + RESERVED_FILES for each in own("compose.yml").values())
    for unit in units():
        if unit.name != "rabisco-migrate.service":
            assert int(line(unit, "LimitNOFILE")) >= MAX_CONNECTIONS + RESERVED_FILES


def test_redis_keeps_what_waits_and_throws_nothing_away() -> None:
    for name in ("compose.yml", "platforms/compose.yml"):
        command = " ".join(composed(name)["services"]["redis"]["command"])
        assert "--appendonly yes" in command
        assert "--maxmemory-policy noeviction" in command


def environment_of(path: str, service: str) -> set[str]:
    return set(own(path)[service].get("environment", {}))


@pytest.mark.parametrize("path", COMPOSED)
@pytest.mark.parametrize("secret", NEEDED_BY)
def test_a_secret_is_given_to_the_processes_that_use_it_and_to_no_other(path: str, secret: str) -> None:
    given = {name for name in own(path) if secret in environment_of(path, name)}
    assert given == NEEDED_BY[secret] & set(own(path))
    assert not any("env_file" in each for each in composed(path)["services"].values())


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("compose.yml", set()),
        (
            "elasticbeanstalk/docker-compose.yml",
            {"DATA_DIR", "BEACON_FILE", "WHATSAPP_SESSIONS"},
        ),  # as the image has them
    ],
)
def test_every_setting_reaches_a_process(path: str, left_out: set[str]) -> None:
    known = {name.upper() for name in Settings.model_fields} - {"WHATSAPP_FFI"}  # which is for tests alone
    assert set().union(*(environment_of(path, each) for each in own(path))) == known - left_out


@pytest.mark.parametrize("name", ["compose.yml", "platforms/compose.yml"])
def test_redis_lets_in_who_has_its_password_and_nobody_else(name: str) -> None:
    """With the very options of the file, and a password in the place of its variable."""
    options = list_redis_options(name)
    url = own(name)["worker"]["environment"]["REDIS_URL"]
    password = re.sub(r"\$\{REDIS_PASSWORD.*?\}", "secret", url).partition("://:")[2].partition("@")[0]
    with open_server(options) as socket:
        with redis.Redis(unix_socket_path=socket) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis(unix_socket_path=socket, password=password) as worker:
            assert worker.ping()


def test_nothing_but_the_proxy_is_reached_from_outside() -> None:
    services = composed("compose.yml")["services"]
    assert [name for name, each in services.items() if "ports" in each] == ["caddy"]
    assert services["caddy"]["ports"] == ["${PUBLISH:-127.0.0.1:8000}:80"]


def test_in_production_every_service_has_a_limit_of_memory_and_logs_that_end() -> None:
    services = composed("compose.prod.yml")["services"]
    assert set(services) == set(composed("compose.yml")["services"])
    assert all(each["mem_limit"] and each["logging"]["options"]["max-size"] for each in services.values())


@pytest.mark.parametrize("path", [*COMPOSED, "compose.prod.yml"])
def test_every_variable_is_a_setting_or_told_in_the_guide(path: str) -> None:
    named = set(re.findall(r"\$\{(\w+)", (DOCKER / path).read_text()))
    assert named <= {name.upper() for name in Settings.model_fields} | OF_COMPOSE
    guide = (ROOT / "docs" / "deploy.md").read_text()
    assert [name for name in sorted(named & OF_COMPOSE) if name not in guide] == []


@pytest.mark.parametrize("path", [*COMPOSED, "compose.prod.yml"])
def test_every_setting_that_is_set_is_one(path: str) -> None:
    known = {name.upper() for name in Settings.model_fields}
    services = [
        each.get("environment", {})
        for each in composed(path)["services"].values()
        if each.get("command") or "image" not in each
    ]
    told = {name for each in services for name in each} - {"SITE"}
    assert {name for name in told if not name.startswith("POSTGRES_")} <= known


def test_the_image_runs_as_nobody_in_particular_and_says_whether_it_is_well() -> None:
    last = recipe().last
    assert [step.text for step in last.all("USER")] == ["10001"]
    assert len(last.all("HEALTHCHECK")) == 1
    (command,) = last.all("CMD")
    assert is_understood(command.words)


def test_what_the_image_is_made_of_is_there_and_sent_to_the_builder() -> None:
    sources = [word for stage in recipe().stages for step in stage.all("COPY") for word in step.words[:-1]]
    ours = {word for word in sources if not word.startswith(("--", "/"))}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert ours == let_through
    assert all((ROOT / name).exists() for name in ours)
    assert {"bots", "models", "pipeline", "storage"} <= ours


@pytest.mark.parametrize(("age", "status"), [(5, 0), (300, 1), (None, 1)])
def test_a_process_whose_sign_of_life_is_old_or_missing_is_not_well(
    tmp_path: Path, age: float | None, status: int
) -> None:
    beacon = tmp_path / "beacon"
    if age is not None:
        beacon.touch()
        os.utime(beacon, (time.time() - age,) * 2)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", DOCKER / "healthcheck.py"], env={"BEACON_FILE": str(beacon)}, check=False
    )
    assert ran.returncode == status


@pytest.mark.parametrize("unit", units(), ids=lambda unit: unit.name)
def test_every_unit_starts_a_command_there_is(unit: Path) -> None:
    command = line(unit, "ExecStart").split()
    assert command[0] == "/opt/rabisco/.venv/bin/rabisco"
    names = ["web", "telegram", "whatsapp"] if command[1] == "%i" else command[1:2]
    assert all(is_understood([name]) for name in names)


def test_a_workers_unit_gives_it_longer_to_end_than_it_gives_its_films() -> None:
    assert int(line(DOCKER / "systemd" / "rabisco-worker@.service", "TimeoutStopSec")) > STOP_GRACE_SECONDS + 15


def test_actions_of_others_are_pinned_by_their_commit_with_the_version_beside_it() -> None:
    used = [
        use
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for use in re.findall(r"uses: (.*)", path.read_text())
        if not use.startswith("./")
    ]
    assert len(used) >= 5
    assert [use for use in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_workflows_hold_no_secret_and_may_only_read() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {"contents": "read"}
        for name in re.findall(r"(?:PASSWORD|KEY|TOKEN|HOSTS): (.*)", path.read_text()):
            assert name.startswith("${{ secrets.")


@pytest.mark.parametrize("path", ["compose.yml", "platforms/compose.yml"])
def test_images_of_others_are_pinned_by_their_digest(path: str) -> None:
    images = [service["image"] for service in composed(path)["services"].values() if "image" in service]
    others = [image for image in images if "$" not in image and not image.startswith("rabisco")]
    assert others
    assert [image for image in others if not re.fullmatch(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}", image)] == []


def test_the_image_is_built_on_one_that_is_pinned_by_its_digest() -> None:
    recipe = (ROOT / "docker" / "Dockerfile").read_text()
    assert re.search(r"^ARG PYTHON=python:3\.12-slim@sha256:[0-9a-f]{64}$", recipe, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", recipe, re.MULTILINE)) == {"${PYTHON}"}
