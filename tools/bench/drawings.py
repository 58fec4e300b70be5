"""How drawings look, measured on the delivered films: `python -m tools.bench.drawings`.

`python -m tools.drawings` measures more pictures, and makes sheets to look at.
"""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.media.pictures.reader import read_picture
from tools.drawings import bars, report
from tools.drawings.measurements import draw_picture
from tools.drawings.pictures import SPECIMENS, Specimen

_SHOWN: Final = ("astronaut", "motorcycle", "scene", "cat-lines", "writing")
_GOALS: Final = ("faces kept", "irises", "open cut", "patches", "specks", "largest colour", "SSIM", "pen at ink",
                 "board error", "frames missing")  # fmt: skip


class Row(NamedTuple):
    """One figure of one picture's film, its goal, and whether it is reached."""

    picture: str
    name: str
    value: str
    goal: str
    ok: bool


def rows(seconds: float = 10) -> list[Row]:
    """The figures of films of some pictures: `_GOALS` are reached now, the others are what to aim at."""
    chosen = [each for each in SPECIMENS if each.name in _SHOWN]
    with tempfile.TemporaryDirectory() as folder:
        return [row for specimen in chosen for row in _measure(specimen, Path(folder), seconds)]


def _measure(specimen: Specimen, folder: Path, seconds: float) -> Iterator[Row]:
    picture = read_picture(specimen.write(folder))
    figures = draw_picture(picture, folder / "film.mp4", specimen.kind, seconds=seconds).figures
    for name in report.SHOWN:
        if not math.isnan(figures[name]):
            yield _judge(specimen, name, figures[name], seconds)


def _judge(specimen: Specimen, name: str, value: float, seconds: float) -> Row:
    bar, is_goal = bars.format_bar(name, specimen.kind), name in _GOALS
    ok = not is_goal or bars.is_reached(specimen.kind, name, value, seconds)
    return Row(specimen.name, name, report.format_figure(value), bar if is_goal else f"aim {bar}", ok)


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("picture", "figure", "value", "goal", "", title="Drawings, 10 s")
    for row in rows():
        table.add_row(row.picture, row.name, row.value, row.goal, "" if row.ok else "[red]missed")
    Console().print(table)


if __name__ == "__main__":
    main()
