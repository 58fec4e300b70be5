"""`make load`: two hundred people and their films, in one table. `--small` is a tenth of it; with `--compose` all that
docker/compose.yml runs is there.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.load.crowd import Overdue
from tools.load.errands import mixture
from tools.load.figures import Row, rows
from tools.load.premises import premises, whole_premises
from tools.load.trial import WHOLE, Plan, tried

SMALL = replace(WHOLE, people=20, jobs=40, rounds=1, alone=10, patience=120)


def figures(plan: Plan, *, is_whole: bool = False) -> list[Row]:
    """Every figure of a run; `is_whole`: of all there is to run."""
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        with whole_premises(folder) if is_whole else premises(folder, plan.workers) as place:
            try:
                return rows(tried(place, plan, mixture()), place.limits)
            except Overdue as error:
                return [Row("came to an end", str(error), "in time", ok=False)]


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    plan = SMALL if "--small" in sys.argv[1:] else WHOLE
    table = Table("figure", "value", "goal", "", title=f"{plan.people} people, {plan.jobs} jobs")
    found = figures(plan, is_whole="--compose" in sys.argv[1:])
    for row in found:
        table.add_row(row.name, row.value, row.goal, "" if not row.goal else "ok" if row.ok else "[red]MISSED[/red]")
    Console(width=110).print(table)
    return 0 if all(row.ok for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
