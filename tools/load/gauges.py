"""What processes take, read from /proc."""

import os
from collections import defaultdict
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def resident(pid: int) -> float:
    """Megabytes of memory the process holds; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def processor(root: int) -> float:
    """Processor seconds so far of a process and of everything it started, what has ended included."""
    times, children = _all()
    left, total = [root], 0.0
    while left:
        pid = left.pop()
        total += times.get(pid, 0.0)
        left += children[pid]
    return total


def _all() -> tuple[dict[int, float], dict[int, list[int]]]:
    times: dict[int, float] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(path.parent.name)
        times[pid] = sum(int(field) for field in fields[11:15]) / TICKS
        children[int(fields[1])].append(pid)
    return times, children
