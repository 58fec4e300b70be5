"""What the children of a run do instead of drawing. Runs inside, by the name `tools.chaos.films:make`."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from fakes import sandbox_tasks

from models.jobs.film import Film
from tools.chaos.script import Act

DEATHS: dict[Act, Callable[[], object]] = {
    Act.FAULT: sandbox_tasks.crash,
    Act.LEAVE: sandbox_tasks.exit_process,
    Act.GROW: sandbox_tasks.exhaust_memory,
    Act.SPIN: sandbox_tasks.spin_forever,
}


def make(act: str, seconds: float, out: Path, beside: tuple[Path, ...], progress: Callable[[str, float], None]) -> Film:
    """A film of a few bytes that takes so many seconds, with files beside it, or the death that is asked for."""
    Path("pid").write_text(str(os.getpid()))
    progress("drawing", 0.1)
    if act in DEATHS:
        DEATHS[Act(act)]()
    time.sleep(seconds)
    thumbnail = Path("thumbnail.jpg").absolute()
    out.write_bytes(b"film " + os.urandom(16))
    for path in (thumbnail, *beside):
        path.write_bytes(b"beside " + os.urandom(16))
    return Film(out, thumbnail, width=640, height=360, seconds=10.0, frames=300, size=out.stat().st_size)
