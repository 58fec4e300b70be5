"""The very steps of the Dockerfile, one after the other, in folders that begin as an empty Debian; and what they made,
started as the image would be: as nobody in particular, on a file system that is read-only.

Debian's own Python stands in for that of the base image, which only a registry of images has.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Final

from tools import ROOT
from tools.deploy.recipe import Recipe, Stage, Step, read

WORK: Final = ROOT / "build" / "deploy"
PATH: Final = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES: Final = "/etc/ssl/certs/ca-certificates.crt"
CONTEXT: Final = (
    "pyproject.toml",
    "uv.lock",
    "README.md",
    "LICENSE",
    "bots",
    "models",
    "pipeline",
    "storage",
    "docker",
)
MOUNTS: Final = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"'
SEALED: Final = (
    'mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" '
    '&& mount -t tmpfs tmpfs "$1/tmp" && mount --bind "$2" "$1/data" && mount -o remount,ro,bind "$1"'
)


@dataclass(slots=True)
class Place:
    """A stage's file system, and where in it the next step is done, with which environment and as whom."""

    root: Path
    folder: str = "/"
    user: str = "0"
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})

    def do(self, step: Step, context: Path, others: Mapping[str, "Place"]) -> None:
        match step.name:
            case "RUN":
                self.run(["/bin/sh", "-c", step.text])
            case "COPY":
                self._copy(step.words, context, others)
            case "WORKDIR":
                self.folder = step.text
                self.inside(step.text).mkdir(parents=True, exist_ok=True)
            case "ENV":
                told = dict(word.split("=", 1) for word in step.words)
                self.environment |= {
                    key: Template(value).safe_substitute(self.environment) for key, value in told.items()
                }
            case "USER":
                self.user = step.text
            case "ARG" | "EXPOSE" | "STOPSIGNAL" | "HEALTHCHECK" | "ENTRYPOINT" | "CMD":
                pass
            case _:
                raise ValueError(step.name)

    def inside(self, path: str) -> Path:
        return self.root / (Path(self.folder) / path).relative_to("/")

    def run(self, command: Sequence[str], arguments: Mapping[str, str] | None = None) -> None:
        """Raises CalledProcessError."""
        subprocess.run(self._entered(MOUNTS, [str(self.root)], command, arguments), check=True)

    def sealed(self, data: Path, command: Sequence[str]) -> "subprocess.Popen[str]":
        """Start a command as in a container whose root file system is read-only."""
        entered = self._entered(SEALED, [str(self.root), str(data)], command)
        return subprocess.Popen(entered, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def _entered(
        self, mounts: str, places: list[str], command: Sequence[str], more: Mapping[str, str] | None = None
    ) -> list[str]:
        told = {**self.environment, "SSL_CERT_FILE": CERTIFICATES, "PIP_CERT": CERTIFICATES, **(more or {})}
        words = [f"{key}={value}" for key, value in told.items()]
        inside = ["env", "-i", *words, "/bin/sh", "-c", 'cd "$0" && exec "$@"', self.folder, *command]
        entering = ["chroot", f"--userspec={self.user}:{self.user}", str(self.root), *inside]
        shell = f'{mounts} && shift {len(places)} && exec "$@"'
        return ["unshare", "--mount", "--pid", "--fork", "/bin/sh", "-c", shell, "walk", *places, *entering]

    def _copy(self, words: list[str], context: Path, others: Mapping[str, "Place"]) -> None:
        origin = next((word.removeprefix("--from=") for word in words if word.startswith("--from=")), None)
        *sources, target = [word for word in words if not word.startswith("--")]
        for source in sources:
            path = others[origin].root / source.lstrip("/") if origin else context / source
            _laid(path, self.inside(target), into=target.endswith("/"))


def log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def walk(dockerfile: Path) -> Place:
    """Do every step; the last stage's place. Raises CalledProcessError at the step that fails."""
    recipe, places = read(dockerfile), {}
    context = _context()
    for number, stage in enumerate(recipe.stages):
        place = places[stage.name] = _fresh(stage, recipe, WORK / f"stage-{number}")
        for step in stage.steps:
            log(f"  {step.name} {step.text[:100]}")
            place.do(step, context, places)
    return places[recipe.last.name]


def _fresh(stage: Stage, recipe: Recipe, root: Path) -> Place:
    if not stage.base.startswith("python:"):
        raise ValueError(stage.base)
    log(f"FROM {stage.base} (Debian's Python in its place)")
    if root.exists():
        shutil.rmtree(root)
    subprocess.run(["cp", "-a", str(debian()), str(root)], check=True)
    return Place(root, environment={"PATH": PATH, **recipe.arguments})


def debian() -> Path:
    """An empty Debian with a Python where the base image has one; made once."""
    base = WORK / "debian"
    if not (base / "usr/local/bin/python").exists():
        with suppress(FileNotFoundError):
            shutil.rmtree(base)
        WORK.mkdir(parents=True, exist_ok=True)
        packages = "python3,python3-venv,ca-certificates"
        command = ["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(base)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for path in ("/etc/resolv.conf", CERTIFICATES):
            shutil.copyfile(path, base / path.lstrip("/"))
        Place(base).run(["python3", "-m", "venv", "/usr/local"])
    return base


def _context() -> Path:
    """What a builder would be sent."""
    return _copied(WORK / "context", CONTEXT)


def snapshot(folder: Path) -> Path:
    """This checkout as a repository that can be cloned, with what is not committed yet."""
    _copied(folder, (".",))
    told = ["-c", "user.name=walk", "-c", "user.email=walk@example.com", "-c", "init.defaultBranch=main"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "as it is"]):
        subprocess.run(["git", *told, *command], cwd=folder, check=True)
    return folder


def _copied(folder: Path, names: tuple[str, ...]) -> Path:
    """What git knows of those names, or would."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *names]
    for name in subprocess.run(listed, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def _laid(source: Path, target: Path, *, into: bool) -> None:
    """As COPY does: a folder's contents, a file itself."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)
    else:
        place = target / source.name if into or target.is_dir() else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)


def can_walk() -> str:
    """Why not, where it cannot be done here."""
    missing = [name for name in ("debootstrap", "chroot", "unshare") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} is missing"
    return "" if os.geteuid() == 0 else "only root can enter another root folder"
