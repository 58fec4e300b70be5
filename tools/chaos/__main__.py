"""`make chaos`: the promises of docs/reliability.md, tried on three setups, in one table."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.chaos.audit import Finding
from tools.chaos.drills import Drills
from tools.chaos.storm import WHOLE, weather
from tools.chaos.world import SETUPS, DurableDatabases, Overdue, Setup, world

HANDS = 4  # jobs done at the same time in each worker


@contextmanager
def ground() -> Iterator[tuple[Path, DurableDatabases]]:
    """A folder for everything, and the databases in it; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        databases = DurableDatabases(folder / "databases")
        try:
            yield folder, databases
        finally:
            databases.close()


def tried(setup: Setup, folder: Path, databases: DurableDatabases) -> list[Finding]:
    """The storm and every drill on one setup."""
    place = folder / setup.name.replace(" ", "-").lower()
    try:
        with world(setup, place / "storm", databases, orders=WHOLE.jobs, hands=HANDS) as stormy:
            found = weather(stormy, WHOLE)
        with world(setup, place / "drills", databases) as quiet:
            return [*found, *Drills(quiet).all()]
    except Overdue as error:
        return [Finding("P1", "came to an end", str(error), kept=False)]


def table(found: dict[str, list[Finding]]) -> Table:
    """What was seen, a column for each setup."""
    made = Table("", "", *found, title="Promises under chaos")
    rows = dict.fromkeys((each.promise, each.what) for findings in found.values() for each in findings)
    for promise, what in rows:
        cells = [_cell(findings, promise, what) for findings in found.values()]
        made.add_row(promise, what, *cells)
    return made


def _cell(findings: list[Finding], promise: str, what: str) -> str:
    """All that was seen of one thing; in a storm and in drills it may have been looked at twice."""
    seen = [each for each in findings if (each.promise, each.what) == (promise, what)]
    return ", ".join(each.seen if each.kept else f"[red]BROKEN {each.seen}[/red]" for each in seen)


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    found: dict[str, list[Finding]] = {}
    with ground() as (folder, databases):
        for setup in SETUPS:
            found[setup.name] = tried(setup, folder, databases)
    Console(width=150).print(table(found))
    return 0 if all(each.kept for findings in found.values() for each in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
