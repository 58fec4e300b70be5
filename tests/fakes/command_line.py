"""Runner of the command line in a separate process, in a folder of its own."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ERROR_PATTERN = re.compile(r"error: ([A-Z_]+): (\S.*)\n")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Exit code, standard output and standard error of a command."""

    exit_code: int
    out: str
    err: str

    @property
    def error_code(self) -> str:
        """The code of the one error line; anything else on stderr is a failure of the test."""
        found = ERROR_PATTERN.fullmatch(self.err)
        assert found, f"not one line `error: CODE: sentence`: {self.err!r}"
        return found[1]


def run_rabisco(*arguments: str | Path, folder: Path, **settings: str) -> CommandResult:
    """Run `rabisco` in that folder, with these settings and no others."""
    kept = ("PATH", "HOME", "LD_LIBRARY_PATH", "SSL_CERT_DIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    completed = subprocess.run(
        [sys.executable, "-m", "bots.cli", *map(os.fsencode, arguments)],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **settings},
        capture_output=True,
        check=False,
        timeout=120,
    )
    return CommandResult(completed.returncode, completed.stdout.decode("utf-8"), completed.stderr.decode("utf-8"))
