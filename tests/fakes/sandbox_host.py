"""Program that starts a hanging sandbox task, prints its process id, and waits to be killed by a test.

`python starter.py FOLDER`; its environment may hold secrets.
"""

import sys
from pathlib import Path

from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


def print_stage(stage: str, _: float) -> None:
    sys.stdout.write(f"{stage}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    with SandboxClient() as children:
        children.run(
            "fakes.sandbox_tasks:hang",
            {},
            directory=Path(sys.argv[1]),
            limits=ResourceLimits.for_media(10),
            on_progress=print_stage,
        )
