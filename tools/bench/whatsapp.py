"""What idle numbers cost in memory: gateway processes with the real library, whose connections are never answered.

`python -m tools.bench.whatsapp` prints the rows.
"""

import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, Self

from fakes.app_process import start_app

from models.identity.people import MAIN_TENANT
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.migrate import upgrade

COUNTS = (1, 4)
AIM = "aim <= 30"
MEGABYTE = 1_000_000
MACHINE = 16_000 * MEGABYTE
OTHERS = 4_000 * MEGABYTE  # for the system, the database, the workers and the page
SETTLED = 5.0  # seconds a process has to come to rest
PATIENCE = 90.0


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
    fit = int((MACHINE - OTHERS) // four) * COUNTS[1]
    return [
        Row("memory of a gateway process, MB", f"{(one - number) / MEGABYTE:.0f}", "", ok=True),
        Row("memory of each idle number in it, MB", f"{number / MEGABYTE:.1f}", "", ok=True),
        Row("a number's share of a process of four, MB", f"{four / COUNTS[1] / MEGABYTE:.0f}", AIM, ok=True),
        Row("numbers on 16 GB, 4 GB of them for the rest", f"{fit}", "", ok=True),
    ]


def memory(count: int) -> float:
    """Bytes of the gateway that runs so many numbers: its own memory, without the files it shares with all others."""
    with tempfile.TemporaryDirectory() as name, Silence() as proxy:
        folder = Path(name)
        wait_for(folder, count)
        product = start_app(folder, {"HTTPS_PROXY": proxy.address}, ["whatsapp"])
        try:
            proxy.hears(count)
            [gateway] = children(product.process.pid)
            time.sleep(SETTLED)
            return own(gateway)
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
        tenant = people.get_or_create_tenant(session, MAIN_TENANT)
        for _ in range(count):
            whatsapp.request_pairing(whatsapp.create_session(session, tenant.id, db.clock()), db.clock())
    db.close()


class Silence:
    """A proxy that takes connections and says nothing, so that the library waits with everything open."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._callers: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def hears(self, count: int) -> None:
        """Wait for so many connections. Raises TimeoutError."""
        self._listener.settimeout(PATIENCE)
        while len(self._callers) < count:
            self._callers.append(self._listener.accept()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (*self._callers, self._listener):
            each.close()


def children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def own(pid: int) -> float:
    """The process's memory that is no part of a file, in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss_Anon:"))


def main() -> None:
    for row in rows():
        sys.stdout.write(f"{row.name:48} {row.value:>8} {row.goal}\n")


if __name__ == "__main__":
    main()
