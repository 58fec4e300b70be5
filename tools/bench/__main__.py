"""`make bench`: what both engines cost and how their films look, each beside a floor measured in the same run."""

import sys
from collections.abc import Iterator
from itertools import chain

from rich.console import Console
from rich.table import Table

from tools.bench import caption_stages, captions, drawings, gate, kinds, service, sketch, whatsapp

PORTRAITS = ((720, 1280), (1080, 1920))  # the smaller has the same letters and half the encoding to hide them in


def figures() -> Iterator[tuple[str, str, str, str, bool]]:
    """Every figure: what it is of, its name, value, goal, and whether it is reached."""
    for row in chain(sketch.rows(), drawings.rows()):
        yield f"drawing, {row.picture}", row.name, row.value, row.goal, row.ok
    for width, height in PORTRAITS:
        for row in captions.rows((width, height)):
            yield f"captions, {width}x{height}", *row
    for row in caption_stages.rows():
        yield "captions of a minute, by stage", *row
    for row in kinds.rows():
        yield "a job of each kind", *row
    for row in service.rows():
        yield "the whole product", *row
    for row in whatsapp.rows():
        yield "WhatsApp", *row


def _verdict(goal: str, ok: bool) -> str:
    """An aim is for later work; nothing fails by it."""
    return "" if not goal or goal.startswith("aim") else "ok" if ok else "MISSED"


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    table = Table("of", "figure", "value", "goal", "", title="Rabisco, measured")
    missed = 0
    for of, name, value, goal, ok in figures():
        table.add_row(of, name, value, goal, _verdict(goal, ok))
        missed += not ok
    Console(width=110).print(table)
    gate.main()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
