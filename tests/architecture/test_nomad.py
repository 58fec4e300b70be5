"""The example for Nomad, read by HashiCorp's parser and held against the documented job specification.

Nomad itself, whose `nomad job validate` would say the same and more, is in none of the registries that tests may use.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pygohcl
import pytest
import yaml
from fakes.process_needs import ALL_SERVICES, NEEDED_BY, is_understood

from bots.app.worker import STOP_GRACE_SECONDS
from bots.web.connections import MAX_CONNECTIONS, RESERVED_FILES
from models.settings import Settings
from tools.deploy.recipe import read

ROOT = Path(__file__).parents[2]
NOMAD = ROOT / "docker" / "nomad"
FILES = ("rabisco.nomad.hcl", "migrate.nomad.hcl")
SPECIFICATION = tomllib.loads((Path(__file__).parent / "nomad_specification.toml").read_text())
LABELLED = {"job", "group", "task", "port"}
FREE = {"env", "policy", "ulimit", "meta"}  # whose contents are the operator's, the autoscaler's, or Docker's


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = pygohcl.loads((NOMAD / name).read_text())
    return loaded


def find_job(name: str) -> dict[str, Any]:
    (job,) = load(name)["job"].values()
    return dict(job)


def iterate_unknown(block: str, body: Any) -> Iterator[str]:
    """Names that the documentation does not have, as block.name."""
    for each in body if isinstance(body, list) else [body]:
        for name, value in each.items():
            if name not in SPECIFICATION[block].split():
                yield f"{block}.{name}"
            elif name in SPECIFICATION and name not in FREE and isinstance(value, dict | list):
                for content in value.values() if name in LABELLED else [value]:
                    yield from iterate_unknown(name, content)


def find_tasks() -> dict[str, dict[str, Any]]:
    """The tasks of the services, by their groups."""
    return {name: group["task"][name] for name, group in find_job("rabisco.nomad.hcl")["group"].items()}


def find_migration() -> dict[str, Any]:
    task: dict[str, Any] = find_job("migrate.nomad.hcl")["group"]["migrate"]["task"]["migrate"]
    return task


@pytest.mark.parametrize("name", FILES)
def test_a_job_has_nothing_but_what_the_job_specification_has(name: str) -> None:
    assert list(iterate_unknown("job", find_job(name))) == []


def test_what_the_job_specification_does_not_have_is_found() -> None:
    job = find_job("rabisco.nomad.hcl")
    job["restart"] = {"attempts": 3}  # which belongs to a group
    job["group"]["web"]["service"]["check"]["intervall"] = "10s"
    assert list(iterate_unknown("job", job)) == ["check.intervall", "job.restart"]


@pytest.mark.parametrize("name", FILES)
def test_every_variable_that_is_used_is_declared(name: str) -> None:
    used = set(re.findall(r"\bvar\.(\w+)", (NOMAD / name).read_text()))
    assert used == set(load(name)["variable"])


def test_every_process_of_compose_is_started_with_a_command_there_is() -> None:
    assert set(find_tasks()) == ALL_SERVICES
    assert all(is_understood(task["config"]["args"]) for task in [*find_tasks().values(), find_migration()])


def test_no_task_may_do_anything_special() -> None:
    """As docker/compose.yml has it; and it writes to the folders of the image, and nowhere else."""
    (user,) = read(ROOT / "docker" / "Dockerfile").last.all("USER")
    for task in [*find_tasks().values(), find_migration()]:
        config = task["config"]
        assert task["user"] == f"{user.text}:{user.text}"
        assert (config["readonly_rootfs"], config["cap_drop"], config["init"]) == (True, ["all"], True)
        assert config["security_opt"] == ["no-new-privileges:true"]
        assert [mount["target"] for mount in config["mount"]] == ["/tmp", "/data"]  # noqa: S108 - in the container
        assert int(config["ulimit"]["nofile"].partition(":")[0]) >= MAX_CONNECTIONS + RESERVED_FILES


def test_tasks_of_a_machine_share_no_folder() -> None:
    """The group and the number of the allocation are in its name."""
    text = (NOMAD / "rabisco.nomad.hcl").read_text()
    assert set(re.findall(r'source = "(rabisco-.*)"', text)) == {"rabisco-${NOMAD_GROUP_NAME}-${NOMAD_ALLOC_INDEX}"}


def test_a_worker_is_given_longer_to_end_than_it_gives_its_films() -> None:
    timeout = find_tasks()["worker"]["kill_timeout"]
    assert int(timeout.removesuffix("s")) > STOP_GRACE_SECONDS + 15
    assert f'max_kill_timeout = "{timeout}"' in (NOMAD / "rabisco.nomad.hcl").read_text()
    assert all(task["kill_signal"] == "SIGTERM" for task in find_tasks().values())


def test_processes_have_the_memory_that_compose_gives_them() -> None:
    services = yaml.safe_load((ROOT / "docker" / "compose.prod.yml").read_text())["services"]
    for name, task in find_tasks().items():
        composed = services[name]["mem_limit"].rpartition("-")[2].rstrip("}")  # ${WEB_MEMORY:-1g}
        assert task["resources"]["memory"] == int(composed.removesuffix("g")) * 1024


def test_everything_that_is_set_is_a_setting_and_no_secret() -> None:
    secret = {name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    for task in [*find_tasks().values(), find_migration()]:
        assert set(task["env"]) <= {name.upper() for name in Settings.model_fields}
        assert set(task["env"]) & (secret | set(NEEDED_BY)) == set()


@pytest.mark.parametrize("name", sorted(ALL_SERVICES))
def test_a_task_reads_the_variables_of_all_and_its_own(name: str) -> None:
    paths = set(re.findall(r'"(nomad/jobs/[\w/]+)"', find_tasks()[name]["template"]["data"]))
    assert paths == {"nomad/jobs/rabisco", f"nomad/jobs/rabisco/{name}"}


def test_the_guide_puts_each_secret_where_the_tasks_that_use_it_read_it() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text()
    put = dict(re.findall(r"^nomad var put (nomad/jobs/rabisco\S*) ((?:.*\\\n)*.*)$", guide, re.MULTILINE))
    for secret, services in NEEDED_BY.items():
        places = {path for path, items in put.items() if f"{secret}=" in items}
        is_shared = services == ALL_SERVICES
        assert places == (
            {"nomad/jobs/rabisco"} if is_shared else {f"nomad/jobs/rabisco/{name}" for name in services}
        ), secret
