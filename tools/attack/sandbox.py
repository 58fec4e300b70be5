"""Line 12: a child of the sandbox that was taken over: what it does to others, to the disk and to its starter."""

import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from fakes.sandbox_steps import list_forkservers

from models.errors import AppError, ErrorCode
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from tools.attack.disk import measure_folder
from tools.attack.installation import Installation
from tools.attack.target import Attack, AttackFailed

MOST_SAID = 100_000  # characters
MOST_SECONDS = 20.0  # within which a child that fills something is ended
LIMITS = ResourceLimits(memory=1_500_000_000, cpu_seconds=30, wall_seconds=40, file_bytes=20_000_000, files=300)


def run_child(client: SandboxClient, task: str, folder: Path, **arguments: object) -> object:
    """The result of a task of the tests in a real child."""
    return client.run(f"fakes.{task}", arguments, directory=folder, limits=LIMITS)


def attack_others(page: Installation) -> str:
    """Try every way to another process, to files, to the network and to memory from inside a child."""
    own_file = page.folder / "untouched"
    own_file.write_text("untouched")
    files = {
        "the list of users": "/etc/passwd",
        "the machine's memory": "/dev/mem",
        "the data folder": str(page.data_folder),
        "the catalogue": page.settings["CATALOGUE"],
    }
    arguments = {
        "victim": page.pid_of("web"),
        "files": files,
        "own_file": str(own_file),
        "port": urlsplit(page.address).port or 0,
    }
    with tempfile.TemporaryDirectory() as name, SandboxClient() as client:
        try:
            done = run_child(client, "sandbox_attempts:try_everything", Path(name), **arguments)
        except AppError as error:
            raise AttackFailed(f"the child ends with {error.code}") from error
    return f"a child succeeds with {', '.join(map(str, done))}" if isinstance(done, list) and done else ""


def fill_the_disk(_page: Installation) -> str:
    """Write without end: one file, many files, files of nothing."""
    for task in ("fill_disk", "fill_folder", "create_files"):
        with tempfile.TemporaryDirectory() as name, SandboxClient() as client:
            began, folder = time.monotonic(), Path(name)
            code = _run_to_its_end(client, task, folder)
            size, count = measure_folder(folder), sum(1 for _ in folder.iterdir())
        if code is not ErrorCode.TOO_HEAVY and code is not ErrorCode.CRASHED and code is not ErrorCode.DISK_FULL:
            return f"{task} ends with {code}"
        if size > 4 * LIMITS.folder_bytes or count > 4 * LIMITS.files or time.monotonic() - began > MOST_SECONDS:
            return f"{task} writes {size // 1_000_000} MB in {count} files"
    return ""


def _run_to_its_end(client: SandboxClient, task: str, folder: Path) -> ErrorCode | None:
    with structlog.testing.capture_logs():
        try:
            run_child(client, f"sandbox_tasks:{task}", folder)
        except AppError as error:
            return error.code
    return None


def shout_at_the_starter(_page: Installation) -> str:
    """Say megabytes where a word is expected, and measure how long that is searched."""
    with SandboxClient() as client:
        found = [_shout(client, task) for task in ("raise_long_error", "raise_long_rejection", "report_long_stage")]
    return next(filter(None, found), "")


def _shout(client: SandboxClient, task: str) -> str:
    began, said = time.monotonic(), ""
    with tempfile.TemporaryDirectory() as name, structlog.testing.capture_logs() as logs:
        try:
            run_child(client, f"sandbox_tasks:{task}", Path(name))
        except (AppError, TypeError) as error:
            said = str(error)
    longest = max(len(said), *(len(str(each)) for each in logs), 0)
    if longest > MOST_SAID:
        return f"{task} has {longest:,} characters repeated"
    waited = time.monotonic() - began
    return f"{task} keeps its starter busy for {waited:.0f} s" if waited > MOST_SECONDS else ""


def read_the_environment(page: Installation) -> str:
    """Look for secrets in the environments of the processes in which files are opened."""
    with tempfile.TemporaryDirectory() as name, SandboxClient() as client:
        inside = run_child(client, "sandbox_tasks:read_environment", Path(name))
    found = [each for each in _list_secrets(page) if each in str(inside)]
    for app in page.processes:
        for pid in _list_children(page.pid_of(app)):
            environment = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
            found += [each for each in _list_secrets(page) if each in environment]
    return f"{len(found)} secrets are in the environment of what opens files" if found else ""


def _list_secrets(page: Installation) -> list[str]:
    named = ("SECRET_KEY", "METRICS_TOKEN", "TELEGRAM_BOT_TOKEN", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    return [page.settings[name] for name in (*named, "SMTP_URL", "DATABASE_URL")]


def _list_children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()]


def leave_processes_behind(_page: Installation) -> str:
    """Ignore the end of one's starter."""
    with tempfile.TemporaryDirectory() as name, SandboxClient() as client:
        _run_to_its_end(client, "exit_process", Path(name))
        _run_to_its_end(client, "crash", Path(name))
    left = list_forkservers()
    return f"{len(left)} processes are left behind" if left else ""


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(12, "child against others", attack_others),
    Attack(12, "child against the disk", fill_the_disk, is_slow=True),
    Attack(12, "child against its starter", shout_at_the_starter, is_slow=True),
    Attack(12, "secrets of the environment", read_the_environment),
    Attack(12, "child that outlives", leave_processes_behind, is_slow=True),
)
