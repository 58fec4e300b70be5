"""`docker/release`: over to another version, and back by itself. A script that keeps a diary stands in for Docker."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCKER = """#!/usr/bin/env bash
cd "$(dirname "$0")/.."
echo "$*" >>diary
tag=$(sed -n 's/^TAG=//p' docker/.env)
case "$*" in
  *"ps --all"*) if [ "$tag" = "$BROKEN" ]; then health=unhealthy; else health=healthy; fi
    echo "migrate exited  0"; echo "web running $health 0"; echo "worker running healthy 0" ;;
  *"web backup"*) echo "/backups/rabisco-20261125T120000Z.sealed: 0.1 MB, read back and whole." ;;
  *psql*) if [ "$tag" = v2 ]; then echo "$NEWER"; else echo 0012; fi ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose Docker does nothing, and writes down what it was told."""

    folder: Path

    def release(self, tag: str, *, broken: str = "", newer: str = "0012") -> int:
        told = {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "BROKEN": broken, "NEWER": newer}
        command = [self.folder / "docker" / "release", "example/rabisco", tag]
        return subprocess.run(command, env={**told, "PATIENCE": "0"}, check=False, capture_output=True).returncode

    def settings(self) -> str:
        return (self.folder / "docker" / ".env").read_text()

    def diary(self) -> list[str]:
        return (self.folder / "diary").read_text().splitlines()

    def lines(self, word: str) -> list[int]:
        """Where in the diary that word stands."""
        return [place for place, line in enumerate(self.diary()) if word in line]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """It runs v1."""
    (tmp_path / "docker").mkdir()
    shutil.copy(ROOT / "docker" / "release", tmp_path / "docker" / "release")
    (tmp_path / "docker" / ".env").write_text("SITE=films.example.com\nIMAGE=example/rabisco\nTAG=v1\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    return Server(tmp_path)


def test_a_version_that_gets_well_stays_and_was_backed_up_before(server: Server) -> None:
    assert server.release("v2") == 0
    assert "TAG=v2\n" in server.settings()
    assert "SITE=films.example.com\n" in server.settings()
    assert server.lines("web backup")[0] < server.lines("pull")[0] < server.lines("up --detach")[0]


def test_a_version_that_does_not_get_well_goes_and_the_one_before_comes_back(server: Server) -> None:
    assert server.release("v2", broken="v2") == 1
    assert "TAG=v1\n" in server.settings()
    assert len(server.lines("up --detach --no-build --remove-orphans")) == 2
    assert server.lines("restore") == []


def test_where_the_schema_is_newer_the_backup_is_put_back_before_the_old_version_starts(server: Server) -> None:
    assert server.release("v2", broken="v2", newer="0013") == 1
    assert "TAG=v1\n" in server.settings()
    (restored,) = server.lines("restore --yes rabisco-20261125T120000Z.sealed")
    assert server.lines("compose stop")[0] < restored < server.lines("up --detach --no-build --remove-orphans")[-1]
