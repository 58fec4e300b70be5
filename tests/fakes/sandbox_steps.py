"""Steps with a sandbox before and during a test or a measurement."""

from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


def start_forkserver(children: SandboxClient) -> None:
    """Run a task that does nothing, so that the forkserver has loaded its libraries when the first real one comes."""
    with TemporaryDirectory() as name:
        SandboxClient.run(children, "os:getcwd", {}, directory=Path(name), limits=ResourceLimits.for_media(1))


def list_forkservers() -> list[int]:
    """The process ids of the forkservers that this process has started."""
    paths = Path("/proc/self/task").glob("*/children")
    children = [int(pid) for path in paths for pid in path.read_text().split()]
    return [pid for pid in children if b"pipeline.sandbox.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()]
