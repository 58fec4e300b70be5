"""Children as their starter sees them: what comes back, and that nothing else does."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import pytest
from fakes import sandbox_host, sandbox_tasks
from structlog.testing import capture_logs

from models.errors import AppError, ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from models.jobs.transcript import Transcript, Word
from models.media.facts import MediaInfo, MediaKind
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from pipeline.sandbox.selfcheck import SandboxProtections

ROOMY = ResourceLimits(memory=300_000_000, cpu_seconds=20, wall_seconds=40, file_bytes=10_000_000)


@pytest.fixture(scope="module")
def children() -> Iterator[SandboxClient]:
    with SandboxClient() as started:
        yield started


def gone(pid: int, seconds: float = 5) -> bool:
    """Whether a process has ended, waiting for that so long."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def started_by(pid: int) -> set[int]:
    """The processes that one has started."""
    return {int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()}


def code_of(
    children: SandboxClient, tmp_path: Path, task: str, allowance: ResourceLimits = ROOMY
) -> tuple[type[AppError], ErrorCode]:
    with pytest.raises(AppError) as caught:
        children.run(f"fakes.sandbox_tasks:{task}", {}, directory=tmp_path, limits=allowance)
    return type(caught.value), caught.value.code


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"a": [1, 2.5, "três", True, {"b": None}]},
        MediaInfo(MediaKind.VIDEO, "mp4", 10, 16, 16, 1.5, 25.0, has_audio=True),
        Transcript(language="pt", words=(Word(text="oi", start=0, end=0.5),)),
        [Word(text="oi", start=0, end=0.5)],
    ],
)
def test_what_a_task_returns_comes_back_equal(children: SandboxClient, tmp_path: Path, value: object) -> None:
    assert children.run("fakes.sandbox_tasks:echo", {"value": value}, directory=tmp_path, limits=ROOMY) == value


def test_a_film_made_in_the_private_folder_comes_back(children: SandboxClient, tmp_path: Path) -> None:
    film = children.run("fakes.sandbox_tasks:make_film", {"name": "film.mp4"}, directory=tmp_path, limits=ROOMY)
    assert film.path.read_bytes() == b"film"


def test_progress_arrives_in_order_a_few_times_a_second_and_ends_whole(children: SandboxClient, tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []

    def note(stage: str, share: float) -> None:
        heard.append((stage, share))

    children.run("fakes.sandbox_tasks:count", {"steps": 20_000}, directory=tmp_path, limits=ROOMY, on_progress=note)
    assert heard == sorted(heard)
    assert heard[-1] == ("counting", 1.0)
    assert len(heard) < 100


def test_processor_seconds_are_told_even_when_the_run_fails(children: SandboxClient, tmp_path: Path) -> None:
    used: list[float] = []
    with pytest.raises(RequestRejected):
        children.run(
            "fakes.sandbox_tasks:spin_forever",
            {},
            directory=tmp_path,
            limits=replace(ROOMY, cpu_seconds=1),
            on_usage=used.append,
        )
    assert used[0] == pytest.approx(1, abs=0.3)


def test_threads_share_one_forkserver_and_run_side_by_side(children: SandboxClient, tmp_path: Path) -> None:
    def one(number: int) -> object:
        return children.run("fakes.sandbox_tasks:echo", {"value": number}, directory=tmp_path, limits=ROOMY)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(60))) == list(range(60))


@pytest.mark.parametrize(
    ("task", "failure"),
    [
        ("raise_rejection", (RequestRejected, ErrorCode.TOO_LONG)),
        ("raise_failure", (ProcessingFailed, ErrorCode.DISK_FULL)),
        ("raise_lookup_error", (ProcessingFailed, ErrorCode.CRASHED)),
        ("crash", (ProcessingFailed, ErrorCode.CRASHED)),
        ("exit_process", (ProcessingFailed, ErrorCode.CRASHED)),
        ("return_unpicklable", (ProcessingFailed, ErrorCode.CRASHED)),
        ("no_such_task", (ProcessingFailed, ErrorCode.CRASHED)),
        ("exhaust_memory", (RequestRejected, ErrorCode.TOO_HEAVY)),
        ("fill_disk", (RequestRejected, ErrorCode.TOO_HEAVY)),
        ("fill_folder", (RequestRejected, ErrorCode.TOO_HEAVY)),
        ("create_files", (RequestRejected, ErrorCode.TOO_HEAVY)),
        ("exhaust_descriptors", (RequestRejected, ErrorCode.TOO_HEAVY)),
    ],
)
def test_every_failure_is_one_code(
    children: SandboxClient, tmp_path: Path, task: str, failure: tuple[type[AppError], ErrorCode]
) -> None:
    assert code_of(children, tmp_path, task) == failure


def test_a_child_cannot_write_what_cannot_be_counted(children: SandboxClient, tmp_path: Path) -> None:
    """A file that is deleted while it is open takes space that no look at the folder shows."""
    found = children.run("fakes.sandbox_tasks:hide_files", {}, directory=tmp_path, limits=ROOMY)
    assert found == {"deleted": "PermissionError", "renamed": "PermissionError", "unnamed": "PermissionError"}


def test_long_texts_of_a_child_are_cut_before_they_are_searched(children: SandboxClient, tmp_path: Path) -> None:
    with capture_logs() as logs:
        failure = code_of(children, tmp_path, "raise_long_error")
    assert failure == (ProcessingFailed, ErrorCode.CRASHED)
    (crash,) = [entry for entry in logs if entry["event"] == "child-crashed"]
    assert len(crash["trace"]) <= 20_000
    stages: list[str] = []
    children.run(
        "fakes.sandbox_tasks:report_long_stage",
        {},
        directory=tmp_path,
        limits=ROOMY,
        on_progress=lambda stage, _: stages.append(stage),
    )
    assert [len(stage) for stage in stages] == [20_000]
    assert code_of(children, tmp_path, "raise_long_rejection") == (ProcessingFailed, ErrorCode.CRASHED)


def test_the_values_of_a_refusal_come_along(children: SandboxClient, tmp_path: Path) -> None:
    with pytest.raises(RequestRejected) as caught:
        children.run("fakes.sandbox_tasks:raise_rejection", {}, directory=tmp_path, limits=ROOMY)
    assert caught.value.values == {"limit": 600}


def test_a_task_may_say_that_it_was_cancelled(children: SandboxClient, tmp_path: Path) -> None:
    with pytest.raises(JobCancelled):
        children.run("fakes.sandbox_tasks:raise_cancelled", {}, directory=tmp_path, limits=ROOMY)


def test_an_endless_loop_ends_with_its_processor_time(children: SandboxClient, tmp_path: Path) -> None:
    assert code_of(children, tmp_path, "spin_forever", replace(ROOMY, cpu_seconds=1)) == (
        RequestRejected,
        ErrorCode.TOO_HEAVY,
    )


def test_a_child_that_waits_for_ever_ends_with_the_wall_clock(children: SandboxClient, tmp_path: Path) -> None:
    assert code_of(children, tmp_path, "hang", replace(ROOMY, wall_seconds=0.3)) == (
        RequestRejected,
        ErrorCode.TOO_HEAVY,
    )


@pytest.mark.parametrize("task", ["hang", "hang_in_c"])
def test_cancelling_kills_the_child_within_a_second(children: SandboxClient, tmp_path: Path, task: str) -> None:
    pids: list[int] = []
    asked = threading.Event()

    def note(stage: str, _: float) -> None:
        pids.append(int(stage))
        asked.set()

    begun = time.monotonic()
    with pytest.raises(JobCancelled):
        children.run(
            f"fakes.sandbox_tasks:{task}",
            {},
            directory=tmp_path,
            limits=ROOMY,
            on_progress=note,
            is_cancelled=asked.is_set,
        )
    assert time.monotonic() - begun < 2  # the start included
    assert gone(pids[0], seconds=0)


def test_an_error_of_the_starter_kills_the_child_too(children: SandboxClient, tmp_path: Path) -> None:
    pids: list[int] = []

    def note(stage: str, _: float) -> None:
        pids.append(int(stage))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        children.run("fakes.sandbox_tasks:hang", {}, directory=tmp_path, limits=ROOMY, on_progress=note)
    assert gone(pids[0])


def test_a_file_outside_the_folder_is_not_believed_to_be_the_result(children: SandboxClient, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    other = tmp_path / "other.mp4"
    other.write_bytes(b"another person's")
    for task, argument in (("claim_other_file", "path"), ("link_film", "target")):
        with pytest.raises(ProcessingFailed) as caught:
            children.run(
                f"fakes.sandbox_tasks:{task}", {argument: str(other)}, directory=tmp_path / "own", limits=ROOMY
            )
        assert caught.value.code is ErrorCode.CRASHED


def test_a_child_reads_the_files_it_is_given_and_no_others(children: SandboxClient, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    given, hidden = tmp_path / "given.txt", tmp_path / "hidden.txt"
    given.write_text("read me")
    hidden.write_text("not for you")
    run = partial(children.run, directory=tmp_path / "own", limits=ROOMY)
    assert run("fakes.sandbox_tasks:read", {"path": given}) == "read me"
    with pytest.raises(ProcessingFailed):
        run("fakes.sandbox_tasks:read_named", {"name": str(hidden)})


def test_a_path_from_where_the_starter_stands_is_found(
    children: SandboxClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "given.txt").write_text("read me")
    monkeypatch.chdir(tmp_path)
    run = partial(children.run, directory=Path("own"), limits=ROOMY)
    assert run("fakes.sandbox_tasks:read", {"path": Path("given.txt")}) == "read me"


def test_a_child_cannot_signal_its_starter(children: SandboxClient, tmp_path: Path) -> None:
    with pytest.raises(ProcessingFailed):
        children.run("fakes.sandbox_tasks:signal_starter", {"starter": os.getpid()}, directory=tmp_path, limits=ROOMY)


def test_nothing_a_child_prints_is_seen(
    children: SandboxClient, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    children.run("fakes.sandbox_tasks:write_to_stdout", {}, directory=tmp_path, limits=ROOMY)
    assert capfd.readouterr() == ("", "")


def test_a_forkserver_that_died_is_replaced(tmp_path: Path) -> None:
    others = started_by(os.getpid())
    with SandboxClient() as children:
        children.run("fakes.sandbox_tasks:echo", {"value": 0}, directory=tmp_path, limits=ROOMY)
        (server,) = started_by(os.getpid()) - others
        os.kill(server, signal.SIGKILL)
        assert gone(server)
        assert children.run("fakes.sandbox_tasks:echo", {"value": 1}, directory=tmp_path, limits=ROOMY) == 1


def test_closing_ends_the_forkserver_and_what_runs(tmp_path: Path) -> None:
    others = started_by(os.getpid())
    children = SandboxClient()
    pids: list[int] = []
    started = threading.Event()

    def note(stage: str, _: float) -> None:
        pids.append(int(stage))
        started.set()

    def run() -> None:
        with pytest.raises(AppError):
            children.run("fakes.sandbox_tasks:hang", {}, directory=tmp_path, limits=ROOMY, on_progress=note)

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(20)
    (server,) = started_by(os.getpid()) - others
    children.close()
    thread.join(10)
    assert gone(pids[0])
    assert gone(server)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A program of its own, with a secret in its environment, and the child it started."""
    with subprocess.Popen(
        [sys.executable, sandbox_host.__file__, str(tmp_path)],
        env={**os.environ, "STRIPE_SECRET_KEY": "sk_test_not_for_children"},
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    ) as program:
        assert program.stdout
        yield program, int(program.stdout.readline())
        program.kill()


def test_when_the_starter_is_killed_its_child_and_forkserver_go_too(
    started: tuple[subprocess.Popen[str], int],
) -> None:
    program, child = started
    (server,) = started_by(program.pid)
    program.kill()
    assert gone(child)
    assert gone(server)


def test_when_the_forkserver_is_killed_the_child_goes_too(started: tuple[subprocess.Popen[str], int]) -> None:
    program, child = started
    os.kill(started_by(program.pid).pop(), signal.SIGKILL)
    assert gone(child)


def test_no_secret_is_in_the_environment_of_forkserver_or_child(
    started: tuple[subprocess.Popen[str], int],
) -> None:
    program, child = started
    for pid in (*started_by(program.pid), child):
        assert b"STRIPE" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_child_sees_an_environment_of_its_own(children: SandboxClient, tmp_path: Path) -> None:
    seen = children.run("fakes.sandbox_tasks:read_environment", {}, directory=tmp_path, limits=ROOMY)
    assert set(seen) == {"HOME", "TMPDIR", "LANG"}


def test_the_walls_stand_here(children: SandboxClient) -> None:
    protections = asdict(SandboxProtections.probe(children))
    assert [name for name, holds in protections.items() if not holds] == []


def test_the_starter_has_loaded_no_codec() -> None:
    imports = "import sys, pipeline.jobs.media_validation, pipeline.sandbox.selfcheck"
    code = f"{imports}; print({{'av', 'cv2', 'numpy', 'PIL'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == "set()"


def test_the_tasks_named_here_exist() -> None:
    """The names are texts: a typing error would pass as a crash."""
    for name in (
        "raise_rejection",
        "raise_failure",
        "raise_lookup_error",
        "crash",
        "exit_process",
        "return_unpicklable",
        "exhaust_memory",
        "fill_disk",
        "fill_folder",
        "create_files",
        "exhaust_descriptors",
    ):
        assert callable(getattr(sandbox_tasks, name))
