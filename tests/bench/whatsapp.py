"""What idle numbers cost in memory: gateway processes with the real library, whose connections are never answered.

`python tests/bench/whatsapp.py` prints the rows.
"""

import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fakes.product import started  # noqa: E402 - the checkout is on the path only now

from models.people import MAIN  # noqa: E402
from storage import people, whatsapp  # noqa: E402
from storage.db import Database  # noqa: E402
from storage.migrate import upgrade  # noqa: E402

COUNTS = (1, 4)
A_NUMBER = 30.0  # megabytes
MEGABYTE = 1_000_000
MACHINE = 16_000 * MEGABYTE
OTHERS = 4_000 * MEGABYTE  # for the system, the database, the workers and the page
SETTLED = 10.0  # seconds a process has to come to rest
PATIENCE = 60.0


class Row(NamedTuple):
    """One figure, its goal, and whether it is reached."""

    name: str
    value: str
    goal: str
    ok: bool


def rows() -> list[Row]:
    """Megabytes of a process and of a number in it, by the difference between one and four; and how many fit."""
    one, four = (memory(count) for count in COUNTS)
    number = (four - one) / (COUNTS[1] - COUNTS[0])
    process = one - number
    fit = int((MACHINE - OTHERS) // (process + COUNTS[1] * number)) * COUNTS[1]
    share = four / COUNTS[1]
    return [
        Row("memory of a gateway process, MB", f"{process / MEGABYTE:.0f}", "", ok=True),
        Row("memory of each idle number in it, MB", f"{number / MEGABYTE:.1f}", "", ok=True),
        Row(
            "a number's share of a process of four, MB",
            f"{share / MEGABYTE:.0f}",
            f"aim <= {A_NUMBER:g}",
            share / MEGABYTE <= A_NUMBER,
        ),
        Row("numbers on 16 GB, 4 GB of them for the rest", f"{fit}", "", ok=True),
    ]


def memory(count: int) -> float:
    """Bytes of the gateway that runs so many numbers: what is its own, and its part of what it shares."""
    with tempfile.TemporaryDirectory() as name, silence() as proxy:
        folder = Path(name)
        wait_for(folder, count)
        product = started(folder, {"HTTPS_PROXY": proxy, "https_proxy": proxy}, ["whatsapp"])
        try:
            gateway = found(product.process.pid)
            time.sleep(SETTLED)
            return proportional(gateway)
        finally:
            product.process.terminate()
            product.process.wait(30)


def wait_for(folder: Path, count: int) -> None:
    """So many numbers that wait to be paired, in the product's database."""
    data = folder / "data"
    data.mkdir()
    db = Database(f"sqlite:///{data / 'rabisco.db'}")
    upgrade(db)
    with db.transaction() as session:
        tenant = people.tenant_named(session, MAIN)
        for _ in range(count):
            whatsapp.ask_pairing(whatsapp.begin(session, tenant.id, db.clock()), db.clock())
    db.close()


@contextmanager
def silence() -> Iterator[str]:
    """A proxy that takes connections and says nothing, so that the library waits with everything open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    kept.append(listener.accept()[0])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for connection in kept:
            connection.close()


def found(parent: int) -> int:
    """The gateway process of a supervisor, once its library is loaded."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for child in children(parent):
            if "neonize" in Path(f"/proc/{child}/maps").read_text():
                return child
        time.sleep(0.1)
    raise TimeoutError("no gateway was started")


def children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def proportional(pid: int) -> float:
    """The process's proportional set size in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def main() -> None:
    for row in rows():
        sys.stdout.write(f"{row.name:48} {row.value:>8} {row.goal}\n")


if __name__ == "__main__":
    main()
