"""Draw a set of pictures and measure the films: `python -m tools.drawings FOLDER`.

Writes to FOLDER the films, `table.md` with every figure beside its bar, and contact sheets: `lines-S.png` (all
drawings when the lines are done, in films of S seconds), `missed-S.png` (the strong contours without a line),
`films-S-N.png` (10, 30, 50, 70, 90 and 100 % of a film) and, with `--vary finish colour pencil`, `finish.png` (the
last frame for each value of an option). `--own FILE` writes the sheet of docs/sketch.md.
"""

import argparse
import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pipeline.media.pictures.reader import read_picture
from tools.drawings import report, sheets
from tools.drawings.delivered_film import Plane
from tools.drawings.measurements import Drawing, draw_picture
from tools.drawings.pictures import SPECIMENS
from tools.drawings.report import Row

_LINES_CELL, _FILM_CELL = (420, 320), (300, 220)
_STRIPS: Final = 8  # films on one sheet
_OWN: Final = ("astronaut", "motorcycle", "rocket", "cat", "clip-art", "letter")
_OWN_CELL: Final = (196, 150)


class _Source(NamedTuple):
    name: str
    kind: str
    path: Path
    original: Plane | None

    def draw(self, out: Path, **options: Any) -> Drawing:
        return draw_picture(read_picture(self.path), out, self.kind, self.original, **options)


class _Shot(NamedTuple):
    """What is kept of a film."""

    row: Row
    lines: Plane
    missed: Plane
    steps: list[Plane]


def main() -> int:
    options = _parse_arguments()
    sources = _write_pictures(options)
    rows = []
    for seconds in options.seconds:
        shots = {shot.row.picture: shot for shot in _draw_all(sources, options.folder, seconds, dict(options.set))}
        rows += [shot.row for shot in shots.values()]
        _write_sheets(shots, options.folder, seconds)
        if options.own:
            strips = {name: shots[name].steps for name in _OWN if name in shots}
            sheets.reduce_colours(sheets.build_film_strip(strips, _OWN_CELL)).save(options.own, optimize=True)
    if options.vary:
        _write_variants(sources, options)
    _write_table(rows, options.folder / "table.md")
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[each.name for each in SPECIMENS], metavar="NAME")
    parser.add_argument("--picture", nargs="+", default=[], type=Path, metavar="FILE", help="measured as photographs")
    parser.add_argument("--seconds", nargs="*", default=[10.0], type=float)
    parser.add_argument("--set", nargs="+", default=[], type=_parse_option, metavar="OPTION=VALUE")
    parser.add_argument("--vary", nargs="+", metavar="OPTION VALUE")
    parser.add_argument("--own", type=Path)
    return parser.parse_args()


def _parse_option(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _write_pictures(options: argparse.Namespace) -> list[_Source]:
    folder = options.folder / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [each for each in SPECIMENS if each.name in options.only]
    ours = [_Source(each.name, each.kind, each.write(folder), each.load_original()) for each in chosen]
    return ours + [_Source(path.stem, "photo", path, None) for path in options.picture]


def _draw_all(sources: list[_Source], folder: Path, seconds: float, options: dict[str, str]) -> Iterator[_Shot]:
    for source in sources:
        drawing = source.draw(folder / f"{source.name}-{seconds:g}.mp4", seconds=seconds, **options)
        row = Row(source.name, source.kind, seconds, drawing.figures)
        steps = [sheets.shrink(step, _FILM_CELL) for step in drawing.film.steps]
        lines, missed = (sheets.shrink(each, _LINES_CELL) for each in (drawing.film.lines, drawing.mark_missed()))
        yield _Shot(row, lines, missed, steps)
        misses = ", ".join(report.list_misses(row)) or "nothing"
        print(f"{source.name} {seconds:g} s: misses {misses}", file=sys.stderr)  # noqa: T201
        del drawing
        gc.collect()


def _write_sheets(shots: dict[str, _Shot], folder: Path, seconds: float) -> None:
    lines, missed = ({name: shot[part] for name, shot in shots.items()} for part in (1, 2))
    sheets.build_sheet(lines, 4, _LINES_CELL).save(folder / f"lines-{seconds:g}.png")
    sheets.build_sheet(missed, 4, _LINES_CELL).save(folder / f"missed-{seconds:g}.png")
    strips = [(name, shot.steps) for name, shot in shots.items()]
    for number, first in enumerate(range(0, len(strips), _STRIPS)):
        sheet = sheets.build_film_strip(dict(strips[first : first + _STRIPS]), _FILM_CELL)
        sheet.save(folder / f"films-{seconds:g}-{number + 1}.png")


def _write_variants(sources: list[_Source], options: argparse.Namespace) -> None:
    """The last frame of each picture's film, a column for each value of an option."""
    name, *values = options.vary
    cells: dict[str, Plane] = {}
    for source in sources:
        for value in values:
            given = dict(options.set) | {name: value}
            drawing = source.draw(options.folder / f"{source.name}-{value}.mp4", **given)
            cells[f"{source.name}, {value}"] = sheets.shrink(drawing.film.last, _FILM_CELL)
    sheets.build_sheet(cells, len(values), _FILM_CELL).save(options.folder / f"{name}.png")


def _write_table(rows: list[Row], path: Path) -> None:
    if rows:
        table = report.write_summary(rows) + "\n" + report.write_table(rows)
        path.write_text(table)
        print(table)  # noqa: T201 - what it is run for


if __name__ == "__main__":
    sys.exit(main())
