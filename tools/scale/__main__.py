"""`make scale`: what the product's own functions cost in an empty database and in one that has grown, in one table.

`--people N` says how large it is to be: 1,000,000 unless given, with three jobs, six deliveries and five updates each.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from fakes.databases import DatabaseFactory
from rich.console import Console
from rich.table import Table

from tools.scale.figures import Row, compare
from tools.scale.fill import Size


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.scale", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    size = Size(parser.parse_args().people)
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        databases = DatabaseFactory(folder / "databases")
        try:
            rows = compare(databases, size, folder)
        finally:
            databases.close()
    _print(rows, size)
    return 0 if all(row.is_met for row in rows) else 1


def _print(rows: list[Row], size: Size) -> None:
    counts = size.values
    title = f"{counts['people']:,} people, {counts['jobs']:,} jobs, {counts['deliveries']:,} deliveries; milliseconds"
    table = Table("what", "empty", "at size", "times", "goal", "", title=title)
    for row in rows:
        verdict = "ok" if row.is_met else "[red]MISSED[/red]"
        table.add_row(
            row.name,
            f"{row.empty:.1f}",
            f"{row.filled:.1f}",
            f"{row.filled / row.empty:.1f}",
            f"<= {row.goal:g}",
            verdict,
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    sys.exit(main())
